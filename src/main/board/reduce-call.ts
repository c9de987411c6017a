import type { BoardCall, CallRecord, ExtendedCall } from '../../contract/board.ts';
import type { CallId } from '../../pbx-link/model/call.ts';
import type { ExchangeEvent } from '../../pbx-link/model/exchange-event.ts';
import type { Reduced } from './board-event.ts';
import {
  connected,
  endCall,
  endedOf,
  extendedOf,
  putCall,
  recordOf,
  remember,
  withBoard,
  withoutCall,
  withRoles,
} from './change.ts';
import { callOf, type Desk } from './desk.ts';
import { cameBack, failLater } from './outcome.ts';

export type CallEvent = Extract<ExchangeEvent, { readonly call: CallId }>;

const legal = (desk: Desk): Reduced => ({ desk, verdict: 'legal', note: null });
const ignored = (desk: Desk, note: string): Reduced => ({ desk, verdict: 'ignored', note });

/** The state of a call as the rules see it: where it is, or that it left the desk, ended or was never here. */
export type CallPlace = BoardCall['connection']['state'] | 'extended' | 'unknown';

export function placeOf(desk: Desk, id: CallId): CallPlace {
  const { board } = desk;
  const call = callOf(board, id);
  if (call !== null) return call.connection.state;
  if (board.extended.some((other) => other.id === id)) return 'extended';
  return board.ended.some((other) => other.id === id) ? 'cleared' : 'unknown';
}

/** An event of one call. Null: it cannot be in the state in which the call is. */
export function reduceCall(desk: Desk, event: CallEvent): Reduced | null {
  const { board } = desk;
  const place = placeOf(desk, event.call);
  const call = callOf(board, event.call);
  const away = board.extended.find(({ id }) => id === event.call) ?? null;
  const record: CallRecord | null = call ?? away;
  const since = event.at;
  switch (event.type) {
    case 'delivered':
      if (place === 'queued') return ignored(desk, 'delivered again');
      if (call !== null) return null;
      return legal(
        cameBack(
          putCall(desk, connected(desk, deliveredRecord(event, away), { state: 'queued', since })),
          event.call,
          away,
          event.recall,
        ),
      );
    case 'initiated':
      if (place === 'initiated') return ignored(desk, 'initiated again');
      if (place !== 'unknown') return null;
      return legal(initiated(desk, event));
    case 'alerting':
      if (place === 'alerting') return ignored(desk, 'alerting again');
      if (place !== 'initiated' || call === null) return null;
      return legal(putCall(desk, connected(desk, call, { state: 'alerting', since })));
    case 'established':
      if (place === 'connected')
        return call?.stale ? legal(confirmed(desk, call)) : ignored(desk, 'established again');
      if (record === null || place === 'failed') return null;
      return legal(backInHand(established(desk, record, since), away));
    case 'held':
      if (call?.connection.state === 'held' && call.connection.by === event.by) {
        return call.stale ? legal(confirmed(desk, call)) : ignored(desk, 'held again');
      }
      if (record === null || (place !== 'connected' && place !== 'held' && place !== 'extended')) return null;
      return legal(backInHand(held(desk, record, event), away));
    case 'party-changed':
      if (call !== null) return legal(putCall(desk, { ...call, party: event.party }));
      if (away !== null) return legal(changeExtended(desk, event.call, { party: event.party }));
      return place === 'cleared' ? ignored(desk, 'the call is over') : null;
    case 'failed':
      if (place === 'failed' || place === 'cleared') return ignored(desk, 'the call is over');
      if (call === null || (place !== 'initiated' && place !== 'alerting')) return null;
      return legal(failed(desk, call, event));
    case 'cleared':
      if (place === 'failed' || place === 'cleared') return ignored(desk, 'the call is over');
      return call === null ? null : legal(cleared(desk, call, event));
    case 'extended':
      if (away !== null) return legal(changeExtended(desk, event.call, { target: event.target, since }));
      if (call === null || (place !== 'connected' && place !== 'held')) return null;
      return legal({
        ...withBoard(withoutCall(desk, call.id), {
          extended: [...board.extended, extendedOf(call, event.target, since)],
        }),
        returnDue: true,
      });
    case 'extended-ended':
      if (away === null) return place === 'cleared' ? ignored(desk, 'the call is over') : null;
      if (event.outcome !== 'cleared') {
        return legal(changeExtended(desk, event.call, { state: event.outcome, since, stale: false }));
      }
      return legal(
        remember(
          withBoard(desk, { extended: board.extended.filter(({ id }) => id !== event.call) }),
          endedOf(away, since, event.cause, 'exchange'),
        ),
      );
  }
}

/** A call that had left is with the operator again: pulled back, or returned by an exchange that does not let it wait. */
function backInHand(desk: Desk, away: ExtendedCall | null): Desk {
  if (away === null) return desk;
  const pulledBack = desk.pending.some(({ commands }) =>
    commands.some((command) => command.type === 'take-back' && command.call === away.id),
  );
  return pulledBack ? desk : cameBack(desk, away.id, away, null);
}

/** A call that comes back keeps its own record and both its times (X4). */
function deliveredRecord(
  event: Extract<CallEvent, { type: 'delivered' }>,
  away: CallRecord | null,
): CallRecord {
  const { call: id, party, origin, calledNumber, priority, recall } = event;
  if (away !== null) return { ...recordOf(away), priority, recall };
  return {
    id,
    direction: 'in',
    origin,
    party,
    calledNumber,
    arrivedAt: event.at,
    answeredAt: null,
    priority,
    recall,
  };
}

/** A call made for the source is the destination; a call of its own, or the first one, is the source. */
function initiated(desk: Desk, event: Extract<CallEvent, { type: 'initiated' }>): Desk {
  const { call: id, party, origin, at } = event;
  const placing = desk.pending.find((pending) => pending.placing?.call === id)?.placing;
  const source = placing === undefined ? desk.board.source : (placing?.source ?? null);
  const record: CallRecord = {
    id,
    direction: 'out',
    origin,
    party,
    calledNumber: party.number,
    arrivedAt: at,
    answeredAt: null,
    priority: 0,
    recall: null,
  };
  const put = putCall(desk, connected(desk, record, { state: 'initiated', since: at }));
  const placed = callOf(desk.board, source) === null ? withRoles(put, id, null) : withRoles(put, source, id);
  return {
    ...placed,
    returnDue: false,
    // From here on the call itself is on the board, and what may be done with it follows from its state.
    pending: desk.pending.map((pending) =>
      pending.placing?.call === id ? { ...pending, touches: [] } : pending,
    ),
  };
}

/** A call that has a side keeps it (also in a swap); any other one becomes the source. */
function established(desk: Desk, record: CallRecord, since: number): Desk {
  const { source, destination } = desk.board;
  const put = putCall(desk, connected(desk, record, { state: 'connected', since }));
  const sided = record.id === source || record.id === destination;
  return { ...(sided ? put : withRoles(put, record.id, null)), returnDue: false };
}

/** The source held by hand leaves its side: what is dialled next is a call of its own. */
function held(desk: Desk, record: CallRecord, event: Extract<CallEvent, { type: 'held' }>): Desk {
  const put = putCall(desk, connected(desk, record, { state: 'held', since: event.at, by: event.by }));
  const { source, destination } = put.board;
  return event.by === 'hand' && record.id === source && destination === null
    ? withRoles(put, null, null)
    : put;
}

function failed(desk: Desk, call: BoardCall, event: Extract<CallEvent, { type: 'failed' }>): Desk {
  const put = putCall(desk, connected(desk, call, { state: 'failed', since: event.at, cause: event.cause }));
  const sided = withRoles(put, put.board.source, put.board.destination);
  return failLater(sided, call.id, event.cause, event.at);
}

/**
 * The destination that the operator released (F5) leaves the source held; so does F9, which retrieves it in the same
 * act. Every other end of the call in hand brings back the last one held by itself.
 */
function cleared(desk: Desk, call: BoardCall, event: Extract<CallEvent, { type: 'cleared' }>): Desk {
  const joining = desk.pending.some(({ commands }) =>
    commands.some((command) => command.type === 'join' && command.destination === call.id),
  );
  const released = call.id === desk.board.destination && event.by === 'operator' && !joining;
  return endCall(desk, call, endedOf(call, event.at, event.cause, event.by), !released);
}

function confirmed(desk: Desk, call: BoardCall): Desk {
  return putCall(desk, { ...call, stale: false });
}

function changeExtended(desk: Desk, id: CallId, change: object): Desk {
  const { extended } = desk.board;
  return withBoard(desk, {
    extended: extended.map((call) => (call.id === id ? { ...call, ...change } : call)),
  });
}
