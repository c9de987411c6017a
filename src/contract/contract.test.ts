import { expect, expectTypeOf, test } from 'vitest';
import { deskAfter, eventsTo, READY } from '../main/testing/sample-desk.ts';
import { type Board, boardSchema } from './board.ts';
import { OPERATOR_COMMAND_TYPES, operatorCommandSchema } from './operator-command.ts';

test('a full board is what its schema says, and survives JSON', () => {
  const board = deskAfter([
    ...READY,
    ...eventsTo('away', 'extended'),
    ...eventsTo('over', 'cleared'),
    ...eventsTo('held', 'held'),
    ...eventsTo('talks', 'connected'),
    ...eventsTo('waits', 'queued'),
    ...eventsTo('failed', 'failed'),
    { type: 'seat-checked', items: [{ name: 'take-back', result: 'missing', reason: { key: 'forbidden' } }] },
  ]).board;
  expect(board.calls).toHaveLength(4);
  const read = boardSchema.parse(JSON.parse(JSON.stringify(board)));
  expect(read).toEqual(board);
  expectTypeOf(read).toExtend<Board>();
});

test('a command takes its own keys and no others', () => {
  for (const type of OPERATOR_COMMAND_TYPES) {
    expect(operatorCommandSchema.safeParse({ type, other: 1 }).success).toBe(false);
  }
  expect(operatorCommandSchema.safeParse({ type: 'answer' }).success).toBe(true);
  expect(operatorCommandSchema.safeParse({ type: 'answer', call: '' }).success).toBe(false);
  expect(operatorCommandSchema.safeParse({ type: 'answer', call: 'x'.repeat(201) }).success).toBe(false);
  expect(operatorCommandSchema.safeParse({ type: 'answer', expect: 'gone' }).success).toBe(false);
  expect(operatorCommandSchema.safeParse({ type: 'take' }).success).toBe(false);
  // A call that left the desk has other states than one that is there.
  expect(operatorCommandSchema.safeParse({ type: 'take-back', expect: 'ringing' }).success).toBe(true);
  expect(operatorCommandSchema.safeParse({ type: 'take-back', expect: 'held' }).success).toBe(false);
  expect(operatorCommandSchema.safeParse({ type: 'mute', on: true, expect: 'ringing' }).success).toBe(false);
  expect(operatorCommandSchema.safeParse({ type: 'dial', digits: '' }).success).toBe(false);
});
