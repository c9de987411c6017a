import { expect, test } from 'vitest';
import { turns } from './turns.ts';

test('in every round each peer has its turn once', () => {
  for (const order of turns(3, 12)) expect(order.toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  expect(turns(3, 12)).toHaveLength(12);
  expect(turns(1, 2)).toEqual([[0], [0]]);
});

test('over a cycle each peer is as often at each place and after each other one', () => {
  const orders = turns(3, 6);
  const count = (holds: (order: readonly number[]) => boolean) => orders.filter(holds).length;
  for (const peer of [0, 1, 2]) {
    for (const place of [0, 1, 2]) expect(count((order) => order[place] === peer)).toBe(2);
    for (const other of [0, 1, 2].filter((one) => one !== peer)) {
      expect(
        count((order) => order.indexOf(peer) === order.indexOf(other) + 1),
        `${peer} after ${other}`,
      ).toBe(2);
    }
  }
});
