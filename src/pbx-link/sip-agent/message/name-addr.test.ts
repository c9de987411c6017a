import { expect, test } from 'vitest';
import { formatNameAddr, parseNameAddr, parseNameAddrList } from './name-addr.ts';

const uri = 'sip:101@192.0.2.9';

test.each([
  [`<${uri}>`, '', {}],
  [uri, '', {}],
  [`"A, B" <${uri}>;tag=x`, 'A, B', { tag: 'x' }],
  [`Zimmer 101<${uri}> ; TAG = x ;lr`, 'Zimmer 101', { tag: 'x', lr: null }],
  [`${uri};tag=x`, '', { tag: 'x' }],
  [`王伟 <${uri}>`, '王伟', {}],
  [`"" <${uri}>;p="a;b,c"`, '', { p: '"a;b,c"' }],
])('%s', (value, display, params) => {
  expect(parseNameAddr(value)).toEqual({ display, uri, params: new Map(Object.entries(params)) });
});

test.each([
  '',
  '<>',
  '<sip:>',
  '"a <sip:a@b>',
  '"a" sip:a@b',
  '<sip:a@b',
  '< sip:a@b>',
  '<sip:a@b>>',
  '<sip:a@b> x',
  '<sip:a@b>;',
  '<sip:a@b>;a=',
  '<sip:a@b>;;a',
  'a, b <sip:a@b>',
  'sip:a@b?Route=x',
  'sip:a b',
  '<sip:a@b>,<sip:c@d>',
  '<sip:a@b c>',
  '<sip:a@b@c>',
  '<sip:a%4@b>',
  '<a>',
  '"a\0" <sip:a@b>',
])('%j is malformed', (value) => {
  expect(parseNameAddr(value)).toBeNull();
});

test('a list, with commas in names, parameters and URIs', () => {
  const list = parseNameAddrList('"a,b" <sip:a,b@c;p=1> ;q="1,2", sip:d@e , <tel:+1>;lr');
  expect(list?.map((address) => address.uri)).toEqual(['sip:a,b@c;p=1', 'sip:d@e', 'tel:+1']);
  for (const value of ['', ',', '<sip:a@b>,', ',<sip:a@b>', '<sip:a@b>,,<sip:c@d>'])
    expect(parseNameAddrList(value)).toBeNull();
});

test('written so that it reads the same, the name in quotes where it must be', () => {
  for (const value of [
    '"A \\"x\\" \\\\" <sip:a@b>;tag=1',
    'Bob <sip:a@b>',
    '<sip:a@b>;lr',
    '"王伟" <sip:a@b>',
  ]) {
    expect(formatNameAddr(parseNameAddr(value) ?? { display: '', uri: '', params: new Map() })).toBe(value);
  }
});
