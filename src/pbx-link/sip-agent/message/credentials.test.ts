import { expect, test } from 'vitest';
import { countAuthValues, parseAuthParams, parseAuthValues } from './credentials.ts';

test('a challenge with commas in its values, and a second one behind it', () => {
  const value = 'Digest realm="a, b", qop="auth,auth-int" , NONCE = x==, Basic realm="c"';
  expect(parseAuthValues(value)).toEqual([
    {
      scheme: 'Digest',
      params: new Map([
        ['realm', '"a, b"'],
        ['qop', '"auth,auth-int"'],
        ['nonce', 'x=='],
      ]),
    },
    { scheme: 'Basic', params: new Map([['realm', '"c"']]) },
  ]);
  expect(countAuthValues(value)).toBe(2);
});

test.each([
  '',
  'Digest',
  'Digest ',
  'realm=a',
  'Digest realm',
  'Digest realm=',
  'Digest realm="a',
  'Digest a=b,',
  'Digest a=b c=d',
  'Digest a=b,,c=d',
  'Digest a=b"c',
  'Bearer abc',
])('%j is malformed', (value) => {
  expect(parseAuthValues(value)).toBeNull();
  expect(countAuthValues(value)).toBe(0);
});

test('Authentication-Info has parameters and no scheme', () => {
  expect(parseAuthParams('nextnonce="a", qop=auth')).toEqual(
    new Map([
      ['nextnonce', '"a"'],
      ['qop', 'auth'],
    ]),
  );
  for (const value of ['', 'Digest a=b', 'a=b,', 'a']) expect(parseAuthParams(value)).toBeNull();
});
