import type { Board, BoardCall } from '../../contract/board.ts';
import type { CallId } from '../../pbx-link/model/call.ts';
import { act, dismissing, type Plan, refuse } from './decision.ts';
import { callOf, connectedCall, unansweredCall } from './desk.ts';

const DIALLABLE = /^[0-9*#+A-D]{1,64}$/;
/** What RFC 4733 can carry, and a comma for a pause. */
const SENDABLE = /^[0-9*#A-D,]{1,64}$/;

/** Takes a call to the operator, who holds the present one by itself (B24). A call being made cannot be held. */
function take(board: Board, plan: (hold: CallId | null) => Plan): Plan {
  if (unansweredCall(board) !== null) return refuse('call-in-hand');
  const plain = plan(connectedCall(board)?.id ?? null);
  return dismissing(plain, callOf(board, board.source), callOf(board, board.destination));
}

/** X2: priority first, then calls that came back, then the longest total wait. */
export function mostUrgent(board: Board): BoardCall | null {
  const [first] = board.calls
    .filter(({ connection }) => connection.state === 'queued')
    .toSorted(
      (a, b) =>
        b.priority - a.priority ||
        Number(b.recall !== null) - Number(a.recall !== null) ||
        a.arrivedAt - b.arrivedAt,
    );
  return first ?? null;
}

/** The oldest call that is held by itself. */
export function oldestHeldBySelf(board: Board): BoardCall | null {
  return heldBySelf(board)[0] ?? null;
}

export function heldBySelf(board: Board): readonly BoardCall[] {
  return board.calls
    .filter(({ connection }) => connection.state === 'held' && connection.by === 'self')
    .toSorted((a, b) => a.connection.since - b.connection.since);
}

export function answer(board: Board, call: BoardCall | null): Plan {
  if (call === null) return refuse('nothing-waiting');
  if (call.connection.state !== 'queued') return refuse('call-moved-on');
  return take(board, (hold) => act(call, { type: 'answer', call: call.id, hold }));
}

export function retrieve(board: Board, call: BoardCall | null): Plan {
  if (call === null) return refuse('nothing-in-hand');
  if (call.connection.state !== 'held') return refuse('call-moved-on');
  return take(board, (hold) => act(call, { type: 'retrieve', call: call.id, hold }));
}

/** A call of its own. */
export function placeCall(board: Board, number: string, newId: () => string): Plan {
  if (!DIALLABLE.test(number)) return refuse('bad-number');
  return take(board, (hold) => {
    const call = newId();
    return {
      ok: true,
      subject: hold,
      call,
      commands: [{ type: 'make-call', call, number, hold }],
      placing: { call, source: null },
      dismiss: [],
    };
  });
}

/** A call for the source, which is held by itself while it is asked about; also a new target after one failed. */
export function consult(board: Board, source: BoardCall | null, number: string, newId: () => string): Plan {
  if (source === null) return refuse('nothing-in-hand');
  const { state } = source.connection;
  if (state !== 'connected' && state !== 'held') return refuse('not-answered');
  if (!DIALLABLE.test(number)) return refuse('bad-number');
  const destination = callOf(board, board.destination);
  if (destination !== null && destination.connection.state !== 'failed') return refuse('call-in-hand');
  return take(board, (hold) => {
    const call = newId();
    return {
      ok: true,
      subject: source.id,
      call,
      commands: [{ type: 'make-call', call, number, hold }],
      placing: { call, source: source.id },
      dismiss: [],
    };
  });
}

/** Blind: the call leaves the desk for the number. */
export function transfer(call: BoardCall | null, number: string): Plan {
  if (call === null) return refuse('nothing-in-hand');
  const { state } = call.connection;
  if (state !== 'connected' && state !== 'held') return refuse('not-answered');
  if (!DIALLABLE.test(number)) return refuse('bad-number');
  return act(call, { type: 'transfer', call: call.id, number });
}

/** Pulls a transferred call back; without one named, the last that still rings. */
export function takeBack(board: Board, id: CallId | null): Plan {
  const ringing = board.extended.filter(({ state }) => state === 'ringing');
  const call = id === null ? ringing.at(-1) : board.extended.find((one) => one.id === id);
  if (call === undefined) return refuse(id === null ? 'nothing-to-take-back' : 'call-gone');
  if (call.state !== 'ringing') return refuse('call-moved-on');
  return take(board, (hold) => ({
    ok: true,
    subject: call.id,
    call: call.id,
    commands: [{ type: 'take-back', call: call.id, hold }],
    placing: null,
    dismiss: [],
  }));
}

export function sendDigits(call: BoardCall | null, digits: string): Plan {
  if (call === null) return refuse('nothing-in-hand');
  if (call.connection.state !== 'connected') return refuse('not-answered');
  if (!SENDABLE.test(digits)) return refuse('bad-digits');
  return act(call, { type: 'send-digits', call: call.id, digits });
}
