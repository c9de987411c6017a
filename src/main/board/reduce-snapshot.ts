import type { BoardCall } from '../../contract/board.ts';
import type { Connection, ConnectionState } from '../../pbx-link/model/call.ts';
import type { CallSnapshot, ExchangeEvent } from '../../pbx-link/model/exchange-event.ts';
import type { Reduced } from './board-event.ts';
import { connected, endCall, endedOf, putCall, withBoard, withRoles } from './change.ts';
import { callOf, type Desk } from './desk.ts';

/**
 * The exchange's whole truth wins (X6): calls that are not in it are gone, states that differ are taken over, calls
 * that the board does not know are adopted. Failed calls are the desk's own and stay.
 */
export function reduceSnapshot(desk: Desk, event: Extract<ExchangeEvent, { type: 'snapshot' }>): Reduced {
  const notes: string[] = [];
  let next = desk;
  for (const call of desk.board.calls) {
    if (call.connection.state === 'failed') continue;
    if (event.calls.some((truth) => truth.call === call.id)) continue;
    notes.push(`call ${call.id} is gone`);
    next = endCall(next, call, endedOf(call, event.at, { key: 'link-lost' }, 'exchange'), true);
  }
  for (const truth of event.calls) {
    const known = callOf(next.board, truth.call);
    if (known !== null && isSame(known.connection.state, truth.state)) {
      next = putCall(next, { ...known, stale: false });
      continue;
    }
    notes.push(`call ${truth.call} is ${truth.state}, was ${known?.connection.state ?? 'not known'}`);
    next = takeOver(next, known ?? adopted(next, truth, event.at), truth, event.at);
  }
  next = withBoard(next, {
    extended: next.board.extended.map((call) => {
      if (call.state !== 'ringing') return { ...call, stale: false };
      if (event.extended.includes(call.id)) return { ...call, stale: false };
      notes.push(`extended call ${call.id} is not followed any more`);
      return { ...call, state: 'unknown' as const, since: event.at, stale: false };
    }),
  });
  return { desk: next, verdict: 'legal', note: notes.length === 0 ? null : notes.join('; ') };
}

/** An exchange asked about a call that is being made need not know that it rings. */
function isSame(known: ConnectionState, truth: CallSnapshot['state']): boolean {
  return known === truth || (known === 'alerting' && truth === 'initiated');
}

function takeOver(desk: Desk, call: BoardCall, { state }: CallSnapshot, at: number): Desk {
  // Who held it is not told; one held by hand never moves by itself, which is the safe reading.
  const connection: Connection = state === 'held' ? { state, since: at, by: 'hand' } : { state, since: at };
  const put = putCall(desk, connected(desk, call, connection));
  const { source, destination } = put.board;
  if (call.id === source || call.id === destination) return put;
  const inHand = state === 'connected' || state === 'initiated' || state === 'alerting';
  if (!inHand) return put;
  return source === null ? withRoles(put, call.id, null) : withRoles(put, source, destination ?? call.id);
}

function adopted(desk: Desk, { call: id, state }: CallSnapshot, at: number): BoardCall {
  const away = desk.board.extended.find((call) => call.id === id);
  const record = away ?? {
    id,
    direction: state === 'initiated' || state === 'alerting' ? ('out' as const) : ('in' as const),
    origin: 'outside' as const,
    party: { number: '', name: '' },
    calledNumber: '',
    arrivedAt: at,
    answeredAt: null,
    priority: 0,
    recall: null,
  };
  return connected(desk, record, { state: 'queued', since: at });
}
