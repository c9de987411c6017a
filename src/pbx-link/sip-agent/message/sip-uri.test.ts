import { expect, test } from 'vitest';
import { formatSipUri, isSoundUri, parseSipUri, schemeOf, unescapeUri } from './sip-uri.ts';

test('every part', () => {
  expect(parseSipUri('SIPS:al%20ice:pw@[2001:db8::1]:5061;transport=tcp;lr?Subject=a%20b&X=')).toEqual({
    scheme: 'sips',
    user: 'al%20ice',
    password: 'pw',
    host: '[2001:db8::1]',
    port: 5061,
    params: new Map([
      ['transport', 'tcp'],
      ['lr', null],
    ]),
    headers: new Map([
      ['Subject', 'a%20b'],
      ['X', ''],
    ]),
  });
});

test('a feature code, an empty user, a number', () => {
  expect(parseSipUri('sip:*21#8001@192.0.2.1')).toMatchObject({
    user: '*21#8001',
    host: '192.0.2.1',
    port: null,
  });
  expect(parseSipUri('sip:@192.0.2.1')).toMatchObject({ user: '', host: '192.0.2.1' });
  expect(parseSipUri('tel:+4930;phone-context=+49')).toMatchObject({
    scheme: 'tel',
    user: '+4930',
    host: '',
  });
});

test.each([
  'sip:',
  'sip:a@',
  'sip:a@b:',
  'sip:a@b:65536',
  'sip:a@b:x',
  'sip:a@b;',
  'sip:a@b;;c',
  'sip:a@b;=c',
  'sip:a@b?',
  'sip:a@b?a=1&',
  'sip:a@b?&',
  'sip:a@b@c',
  'sip:a:b:c@d',
  'sip:a%2@b',
  'sip:a%zz@b',
  'sip:a b@c',
  'sip:a@b c',
  'sip:a@[::1',
  'sip:a@[]',
  'sip:a@b;c=d@e',
  'sip:ä@b',
  'sip:a"@b',
  'tel:',
  'tel:1@b',
  'tel:1;',
  'tel:1?a',
])('%s is malformed', (uri) => {
  expect(parseSipUri(uri)).toBeNull();
  expect(isSoundUri(uri)).toBe(false);
});

test('of another scheme nothing is known but its characters', () => {
  expect(parseSipUri('isbn:2983792873')).toBeNull();
  expect(isSoundUri('isbn:2983792873')).toBe(true);
  for (const uri of ['isbn:', ':a', '1a:b', 'a b:c', 'isbn:<', 'nothing'])
    expect(isSoundUri(uri)).toBe(false);
  expect(schemeOf('HTTP://a')).toBe('http');
  expect(schemeOf('a@b:c')).toBeNull();
});

test.each(['sip:a:b@c:5060;d;e=f?G=h&i=', 'sip:c', 'tel:+1;ext=2', 'sips:@c'])(
  '%s is written as it was read',
  (uri) => {
    const parsed = parseSipUri(uri);
    expect(parsed === null ? null : formatSipUri(parsed)).toBe(uri);
  },
);

test('escapes are bytes of UTF-8', () => {
  expect(unescapeUri('%E7%8e%8b%2')).toBe('王%2');
  expect(unescapeUri('%00')).toBe('\0');
});
