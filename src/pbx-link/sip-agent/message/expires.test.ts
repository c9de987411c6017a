import { expect, test } from 'vitest';
import { parseExpires } from './expires.ts';

test('seconds, and an hour for what is no number of 32 bits', () => {
  expect(parseExpires('0')).toBe(0);
  expect(parseExpires('4294967295')).toBe(4_294_967_295);
  for (const value of ['4294967296', '-1', '', 'soon', '1 h']) expect(parseExpires(value)).toBe(3600);
});
