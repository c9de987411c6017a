import { expect, test } from 'vitest';
import {
  branchOf,
  formatVia,
  parseCSeq,
  parseOptionTags,
  parseVia,
  splitCommaList,
  tagOf,
} from './header-grammar.ts';
import type { SipMessage } from './sip-message.ts';

test('Via values with ports, parameters without value and IPv6', () => {
  expect(parseVia('SIP/2.0/UDP [2001:db8::1]:5070;rport;branch=z9hG4bK1, sip/2.0/tcp b')).toEqual([
    {
      protocol: 'SIP/2.0',
      transport: 'UDP',
      host: '[2001:db8::1]',
      port: 5070,
      params: new Map([
        ['rport', null],
        ['branch', 'z9hG4bK1'],
      ]),
    },
    { protocol: 'sip/2.0', transport: 'tcp', host: 'b', port: null, params: new Map() },
  ]);
});

test.each([
  '',
  'SIP/2.0/UDP',
  'SIP/2.0 UDP a',
  'SIP/2.0/UDPa',
  '/2.0/UDP a',
  'SIP//UDP a',
  'SIP/2.0/ a',
  'SIP/2.0/UDP a:',
  'SIP/2.0/UDP a:70000',
  'SIP/2.0/UDP a b',
  'SIP/2.0/UDP a;',
  'SIP/2.0/UDP a,',
  'SIP/2.0/UDP [::1',
  'SIP/2.0/UDP <a>',
  'SIP/2.0/UDP a;b=',
])('Via %j is malformed', (value) => {
  expect(parseVia(value)).toEqual([]);
});

test('a Via is written as it is read', () => {
  const value = 'SIP/2.0/UDP 192.0.2.9:5070;branch=z9hG4bK1;rport;received=192.0.2.1';
  expect(parseVia(value).map(formatVia)).toEqual([value]);
});

test('CSeq below 2^31', () => {
  expect(parseCSeq('2147483647 \t INVITE')).toEqual({ number: 2147483647, method: 'INVITE' });
  for (const value of [
    '2147483648 INVITE',
    '1',
    'INVITE',
    '1INVITE',
    '-1 INVITE',
    '1 IN VITE',
    '1 INVITE ',
    '',
  ]) {
    expect(parseCSeq(value)).toBeNull();
  }
});

test('the tag of an address, none in the URI', () => {
  expect(tagOf('<sip:a@b;tag=uri>;tag=header')).toBe('header');
  expect(tagOf('<sip:a@b;tag=uri>')).toBeNull();
  expect(tagOf('"')).toBeNull();
});

test('lists are split outside quotes and brackets', () => {
  expect(splitCommaList('a, "b,c" ,<d,e>;f=",", g')).toEqual(['a', '"b,c"', '<d,e>;f=","', 'g']);
  expect(splitCommaList('a, "b, c')).toEqual(['a', '"b, c']);
  expect(splitCommaList('a,<b,c')).toEqual(['a', '<b,c']);
  expect(parseOptionTags('timer,, 100rel ,')).toEqual(['timer', '100rel']);
});

test('the branch of the topmost Via', () => {
  const message = (...values: string[]): SipMessage => ({
    kind: 'response',
    status: 200,
    reason: '',
    headers: values.map((value) => ({ name: 'via', value })),
    body: Buffer.alloc(0),
  });
  expect(branchOf(message('SIP/2.0/UDP a;branch=1, SIP/2.0/UDP b;branch=2', 'SIP/2.0/UDP c;branch=3'))).toBe(
    '1',
  );
  expect(branchOf(message('SIP/2.0/UDP a'))).toBeNull();
  expect(branchOf(message())).toBeNull();
  expect(branchOf(message('nonsense'))).toBeNull();
});
