import { expect, test } from 'vitest';
import { delivered, deskAfter, eventsTo, READY, type Untimed } from '../testing/sample-desk.ts';
import type { BoardEvent } from './board-event.ts';
import { callLogEntries } from './call-log-entries.ts';
import { reduce } from './reduce.ts';

function entries(before: readonly Untimed[], event: Untimed) {
  const desk = deskAfter([...READY, ...before]);
  const timed = { at: 50_000, ...event } as BoardEvent;
  return callLogEntries(desk.board, reduce(desk, timed).desk.board, timed, 7);
}

test('a call that arrives, with its record', () => {
  expect(entries([], delivered('a'))).toEqual([
    {
      epoch: 'epoch',
      seq: 7,
      at: 50_000,
      event: 'delivered',
      detail: {},
      end: null,
      call: {
        id: 'a',
        direction: 'in',
        origin: 'outside',
        party: { number: '9a', name: '' },
        calledNumber: '8000',
        arrivedAt: 50_000,
        answeredAt: null,
        priority: 0,
        recall: null,
      },
    },
  ]);
});

test('a call that ends, with cause and who ended it', () => {
  const ended = entries(eventsTo('a', 'connected'), {
    type: 'cleared',
    call: 'a',
    cause: { key: 'normal', detail: 'Q.850 16' },
    by: 'party',
  });
  expect(ended).toMatchObject([
    {
      event: 'cleared',
      detail: { cause: 'normal' },
      end: { at: 50_000, cause: { detail: 'Q.850 16' }, by: 'party' },
    },
  ]);
  expect(ended[0]?.call.answeredAt).not.toBeNull();
});

test('calls that a snapshot shows to be gone end too; what failed has ended before', () => {
  const lost = entries([...eventsTo('x', 'failed'), ...eventsTo('b', 'queued')], {
    type: 'snapshot',
    calls: [],
    extended: [],
  });
  expect(lost).toMatchObject([
    { seq: 7, event: 'lost', call: { id: 'b' }, end: { cause: { key: 'link-lost' } } },
  ]);
});

test('a transferred call stays open in the log until something is known of it', () => {
  const target = { number: '8004', name: '' };
  expect(entries(eventsTo('a', 'connected'), { type: 'extended', call: 'a', target })).toMatchObject([
    { event: 'extended', detail: { target: '8004' }, end: null },
  ]);
  expect(
    entries(eventsTo('a', 'extended'), {
      type: 'extended-ended',
      call: 'a',
      outcome: 'answered',
      cause: { key: 'normal' },
    }),
  ).toMatchObject([{ event: 'extended-answered', end: { by: 'exchange' } }]);
});

test('events of no call write nothing', () => {
  expect(entries([], { type: 'link', state: 'down' })).toEqual([]);
});
