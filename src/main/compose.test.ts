import { expect, test } from 'vitest';
import { insideNumbers } from './compose.ts';

test.each<[string, string, boolean]>([
  ['[0-9]{4}', '8004', true],
  ['[0-9]{4}', '0049301234', false],
  ['[0-9]{4}', '80041', false],
  ['[0-9]{4}', 'x8004', false],
  ['^[0-9]{1,6}$', '800400', true],
  ['^[0-9]{1,6}$', '8004001', false],
  // Each way of an alternative is for the whole number too.
  ['8[0-9]{3}|9', '8004', true],
  ['8[0-9]{3}|9', '9', true],
  ['8[0-9]{3}|9', '80041', false],
  ['8[0-9]{3}|9', '0049', false],
  ['[0-9]{4}', '', false],
])('inside numbers %s: %s is %s', (pattern, number, inside) => {
  expect(insideNumbers(pattern)(number)).toBe(inside);
});
