import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median, percentile } from './statistics.ts';

test('the median is the middle value, or the mean of the two in the middle', () => {
  expect(median([7])).toBe(7);
  expect(median([9, 1, 5])).toBe(5);
  expect(median([10, 1, 2, 3])).toBe(2.5);
});

test.each([
  [0, 1],
  [1, 1],
  [50, 50],
  [99, 99],
  [99.5, 100],
  [100, 100],
])('percentile %d of 1 to 100 is %d', (p, expected) => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(values, p)).toBe(expected);
});

test('a percentile is a value that was measured, and p per cent of the values do not exceed it', () => {
  const figures = fc.array(fc.double({ noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(figures, fc.integer({ min: 1, max: 100 }), (values, p) => {
      const found = percentile(values, p);
      const notAbove = values.filter((value) => value <= found).length;
      const below = values.filter((value) => value < found).length;
      expect(values).toContain(found);
      expect(notAbove * 100).toBeGreaterThanOrEqual(p * values.length);
      expect(below * 100).toBeLessThan(p * values.length);
    }),
  );
});

test('the values are left in their order', () => {
  const values = [3, 1, 2];
  median(values);
  percentile(values, 50);
  expect(values).toEqual([3, 1, 2]);
});

test('no values, not-a-number and a percentile outside of 0 to 100 are refused', () => {
  expect(() => median([])).toThrow(RangeError);
  expect(() => percentile([], 50)).toThrow(RangeError);
  expect(() => median([1, Number.NaN])).toThrow(RangeError);
  expect(() => percentile([1], 101)).toThrow(RangeError);
  expect(() => percentile([1], Number.NaN)).toThrow(RangeError);
});
