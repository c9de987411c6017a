import { expect, test } from 'vitest';
import { parseSipDate } from './sip-date.ts';

test('a date of RFC 3261 in milliseconds', () => {
  expect(parseSipDate('Sat, 13 Nov 2010 23:29:00 GMT')).toBe(Date.UTC(2010, 10, 13, 23, 29));
  expect(parseSipDate('Thu, 29 Feb 2024 00:00:60 GMT')).toBe(Date.UTC(2024, 1, 29, 0, 1));
});

test.each([
  'Sat, 13 Nov 2010 23:29:00 EST',
  'Sat, 13 Nov 2010 24:29:00 GMT',
  'Sat, 13 Nov 2010 23:60:00 GMT',
  'Sat, 00 Nov 2010 23:29:00 GMT',
  'Wed, 29 Feb 2023 00:00:00 GMT',
  'Xyz, 13 Nov 2010 23:29:00 GMT',
  'Sat, 13 Nob 2010 23:29:00 GMT',
  'Sat, 13-Nov-2010 23:29:00 GMT',
  'Sat, 13 Nov 10 23:29:00 GMT',
  '2010-11-13T23:29:00Z',
  '',
])('%j is none', (value) => {
  expect(parseSipDate(value)).toBeNull();
});
