import { assertNever } from '../../pbx-link/model/assert-never.ts';
import type { Reason } from '../../pbx-link/model/reason.ts';
import type { BoardEvent, Reduced } from './board-event.ts';
import { withBoard } from './change.ts';
import type { Desk } from './desk.ts';
import { placeOf, reduceCall } from './reduce-call.ts';
import { reduceClock, reduceIssued, reduceSettled } from './reduce-command.ts';
import { reduceSnapshot } from './reduce-snapshot.ts';

/** The desk after an event. Never throws for what a link says: what cannot be is an anomaly, counted and noted. */
export function reduce(desk: Desk, event: BoardEvent): Reduced {
  const timed = withBoard(desk, { at: event.at });
  return step(timed, event) ?? anomaly(timed, event);
}

function step(desk: Desk, event: BoardEvent): Reduced | null {
  const { board } = desk;
  switch (event.type) {
    case 'link': {
      const link = condition(board.link, event);
      if (event.state === 'up') return legal(withBoard(desk, { link }));
      return legal(
        withBoard(desk, {
          link,
          calls: board.calls.map((call) => ({ ...call, stale: call.connection.state !== 'failed' })),
          extended: board.extended.map((call) => ({ ...call, stale: true })),
        }),
      );
    }
    case 'line':
      return legal(withBoard(desk, { line: { ...board.line, ...condition(board.line, event) } }));
    case 'headset': {
      const bound = event.state === 'bound';
      const headset = { ...board.headset, ...condition(board.headset, event) };
      return legal({
        ...withBoard(desk, { headset: { ...headset, muted: bound && board.headset.muted } }),
        boundOnce: desk.boundOnce || bound,
        // Calls that were held because the phone was lost return with it.
        returnDue: desk.returnDue || (bound && board.headset.state !== 'bound'),
      });
    }
    case 'muted':
      if (board.headset.muted === event.on) return { desk, verdict: 'ignored', note: 'mute is as it was' };
      return legal(withBoard(desk, { headset: { ...board.headset, muted: event.on } }));
    case 'seat-checked':
      return legal(withBoard(desk, { seat: { checkedAt: event.at, items: event.items } }));
    case 'snapshot':
      return reduceSnapshot(desk, event);
    case 'delivered':
    case 'initiated':
    case 'alerting':
    case 'established':
    case 'held':
    case 'party-changed':
    case 'failed':
    case 'cleared':
    case 'extended':
    case 'extended-ended':
      return reduceCall(desk, event);
    case 'command-issued':
      return reduceIssued(desk, event);
    case 'command-settled':
      return reduceSettled(desk, event);
    case 'clock':
      return reduceClock(desk, event.at);
    case 'capabilities':
      return legal(withBoard(desk, { capabilities: event.capabilities }));
    case 'store': {
      const since = board.degraded?.since ?? event.at;
      const { degraded: reason } = event;
      return legal(withBoard(desk, { degraded: reason === null ? null : { since, reason } }));
    }
    default:
      return assertNever(event);
  }
}

/** A state and its reason; `since` moves only when the state does. */
function condition<S extends string>(
  before: { readonly state: S; readonly since: number },
  event: { readonly at: number; readonly state: S; readonly reason?: Reason },
) {
  return {
    state: event.state,
    since: before.state === event.state ? before.since : event.at,
    reason: event.reason ?? null,
  };
}

function anomaly(desk: Desk, event: BoardEvent): Reduced {
  const place = 'call' in event && event.call !== null ? ` in state ${placeOf(desk, event.call)}` : '';
  return {
    desk: withBoard(desk, { anomalies: desk.board.anomalies + 1 }),
    verdict: 'anomaly',
    note: `${event.type} cannot be${place}`,
  };
}

const legal = (desk: Desk): Reduced => ({ desk, verdict: 'legal', note: null });
