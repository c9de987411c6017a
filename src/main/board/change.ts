import type { Board, BoardCall, CallRecord, EndedCall, ExtendedCall } from '../../contract/board.ts';
import type { CallId, Connection } from '../../pbx-link/model/call.ts';
import type { Reason } from '../../pbx-link/model/reason.ts';
import { callOf, type Desk, isInHand } from './desk.ts';

const ENDED_KEPT = 20;

export function withBoard(desk: Desk, change: Partial<Board>): Desk {
  return { ...desk, board: { ...desk.board, ...change } };
}

/** What a call that leaves the desk or comes back to it takes along. */
export function recordOf(call: CallRecord): CallRecord {
  const { id, direction, origin, party, calledNumber, arrivedAt, answeredAt, priority, recall } = call;
  return { id, direction, origin, party, calledNumber, arrivedAt, answeredAt, priority, recall };
}

/** Sets what follows from the connection: both waits and the hold recall. The exchange has just confirmed the call. */
export function connected(desk: Desk, record: CallRecord, connection: Connection): BoardCall {
  const { state, since } = connection;
  const recallMs = desk.policy.holdRecallSeconds * 1000;
  return {
    ...recordOf(record),
    answeredAt: state === 'connected' ? (record.answeredAt ?? since) : record.answeredAt,
    connection,
    waitingSince: state === 'queued' || state === 'held' ? since : null,
    recallDueAt: state === 'held' && recallMs > 0 ? since + recallMs : null,
    recalling: false,
    stale: false,
  };
}

/** Puts a call on the board, in its place when it is there already, at the end when it is new. */
export function putCall(desk: Desk, call: BoardCall): Desk {
  const { calls } = desk.board;
  const known = calls.some(({ id }) => id === call.id);
  return withBoard(desk, {
    calls: known ? calls.map((other) => (other.id === call.id ? call : other)) : [...calls, call],
    extended: desk.board.extended.filter(({ id }) => id !== call.id),
  });
}

/** Gives the sides their calls. A failed call that has no side any more was replaced and ends. */
export function withRoles(desk: Desk, source: CallId | null, destination: CallId | null): Desk {
  const { calls } = desk.board;
  const dropped = calls.filter(
    ({ id, connection }) => connection.state === 'failed' && id !== source && id !== destination,
  );
  const ended = dropped.map((call) => endedFailed(call));
  return withBoard(desk, {
    source,
    destination,
    calls: dropped.length === 0 ? calls : calls.filter((call) => !dropped.includes(call)),
    ended: [...desk.board.ended, ...ended].slice(-ENDED_KEPT),
  });
}

function endedFailed(call: BoardCall): EndedCall {
  const { connection } = call;
  const cause: Reason = connection.state === 'failed' ? connection.cause : { key: 'normal' };
  return endedOf(call, connection.since, cause, 'exchange');
}

export function endedOf(
  { id, direction, party }: CallRecord,
  at: number,
  cause: Reason,
  by: EndedCall['by'],
): EndedCall {
  return { id, direction, party, at, cause, by };
}

export function remember(desk: Desk, ended: EndedCall): Desk {
  return withBoard(desk, { ended: [...desk.board.ended, ended].slice(-ENDED_KEPT) });
}

/**
 * Takes a call from the desk and gives its side on: when the source goes the destination takes its place, and a
 * destination that had failed goes with it, as nobody is left to return to.
 */
export function withoutCall(desk: Desk, id: CallId): Desk {
  const { board } = desk;
  const gone = withBoard(desk, { calls: board.calls.filter((call) => call.id !== id) });
  if (board.destination === id) return withRoles(gone, board.source, null);
  if (board.source !== id) return gone;
  const destination = callOf(board, board.destination);
  if (destination === null) return withRoles(gone, null, null);
  if (destination.connection.state !== 'failed') return withRoles(gone, destination.id, null);
  return { ...withRoles(gone, null, null), returnDue: true };
}

/** Ends a call on the desk. `returnDue` follows B24: when the call in hand ends, one held by itself returns. */
export function endCall(desk: Desk, call: BoardCall, ended: EndedCall, returns: boolean): Desk {
  const gone = remember(withoutCall(desk, call.id), ended);
  return isInHand(call) || call.connection.state === 'failed'
    ? { ...gone, returnDue: returns || gone.returnDue }
    : gone;
}

/** A failed call that the operator has seen. One that was made from nothing leaves an empty hand behind. */
export function dismissCall(desk: Desk, id: CallId): Desk {
  const call = callOf(desk.board, id);
  if (call?.connection.state !== 'failed') return desk;
  return endCall(desk, call, endedFailed(call), desk.board.source === id);
}

export function extendedOf(call: CallRecord, target: ExtendedCall['target'], at: number): ExtendedCall {
  return { ...recordOf(call), target, since: at, state: 'ringing', stale: false };
}
