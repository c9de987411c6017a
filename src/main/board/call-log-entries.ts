import type { Board, CallRecord } from '../../contract/board.ts';
import type { CallLogWrite } from '../../contract/call-log.ts';
import type { CallId } from '../../pbx-link/model/call.ts';
import type { Reason } from '../../pbx-link/model/reason.ts';
import type { BoardEvent } from './board-event.ts';
import { recordOf } from './change.ts';

/** What of an event belongs into the call log: one entry a call that it changed. `seq` is the first number to use. */
export function callLogEntries(
  before: Board,
  after: Board,
  event: BoardEvent,
  seq: number,
): readonly CallLogWrite[] {
  return happened(before, after, event).flatMap(({ id, name, detail, end }, index) => {
    const call = recordIn(after, id) ?? recordIn(before, id);
    if (call === null) return [];
    return [
      { epoch: after.epoch, seq: seq + index, call: recordOf(call), at: event.at, event: name, detail, end },
    ];
  });
}

type Happening = {
  readonly id: CallId;
  readonly name: string;
  readonly detail: Readonly<Record<string, string>>;
  readonly end: CallLogWrite['end'];
};

function happened(before: Board, after: Board, event: BoardEvent): readonly Happening[] {
  const at = event.at;
  switch (event.type) {
    case 'delivered':
      return [
        plain(
          event.call,
          'delivered',
          event.recall === null ? {} : { recall: event.recall.reason, target: event.recall.target },
        ),
      ];
    case 'initiated':
    case 'alerting':
    case 'established':
      return [plain(event.call, event.type, {})];
    case 'held':
      return [plain(event.call, 'held', { by: event.by })];
    case 'party-changed':
      return [plain(event.call, 'party-changed', { number: event.party.number })];
    case 'extended':
      return [plain(event.call, 'extended', { target: event.target.number })];
    case 'failed':
      return [over(event.call, 'failed', at, event.cause, 'exchange')];
    case 'cleared':
      return [over(event.call, 'cleared', at, event.cause, event.by)];
    case 'extended-ended':
      return [over(event.call, `extended-${event.outcome}`, at, event.cause, 'exchange')];
    case 'snapshot':
      return after.ended
        .filter(({ id }) => !before.ended.some((old) => old.id === id) && recordIn(before, id) !== null)
        .filter(({ id }) => before.calls.some((call) => call.id === id && call.connection.state !== 'failed'))
        .map(({ id, cause, by }) => over(id, 'lost', at, cause, by));
    default:
      return [];
  }
}

function plain(id: CallId, name: string, detail: Happening['detail']): Happening {
  return { id, name, detail, end: null };
}

function over(
  id: CallId,
  name: string,
  at: number,
  cause: Reason,
  by: 'party' | 'operator' | 'exchange',
): Happening {
  return { id, name, detail: { cause: cause.key }, end: { at, cause, by } };
}

function recordIn(board: Board, id: CallId): CallRecord | null {
  return board.calls.find((call) => call.id === id) ?? board.extended.find((call) => call.id === id) ?? null;
}
