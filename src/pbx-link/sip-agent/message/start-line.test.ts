import { expect, test } from 'vitest';
import { parseStartLine } from './start-line.ts';

test('requests and responses of SIP/2.0', () => {
  expect(parseStartLine('BYE sip:a@b SIP/2.0')).toEqual({ kind: 'request', method: 'BYE', uri: 'sip:a@b' });
  expect(parseStartLine('bye tel:+1 sip/2.0')).toEqual({ kind: 'request', method: 'bye', uri: 'tel:+1' });
  expect(parseStartLine('SIP/2.0 486 Busy Here')).toEqual({
    kind: 'response',
    status: 486,
    reason: 'Busy Here',
  });
  expect(parseStartLine('SIP/2.0 200')).toEqual({ kind: 'response', status: 200, reason: '' });
  expect(parseStartLine('SIP/2.0 200 a\0b\u2028c')).toEqual({
    kind: 'response',
    status: 200,
    reason: 'a b c',
  });
});

test.each([
  'SIP/2.0 99 Low',
  'SIP/2.0 700 High',
  'SIP/2.0 2000 Long',
  'SIP/2.0 20',
  'SIP/2.0  200 OK',
  'SIP/3.0 200 OK',
  'SIP/2.0200 OK',
])('%s is no response to work on', (line) => {
  expect(parseStartLine(line)).toMatchObject({ kind: 'error', request: null });
});

test.each([
  ['INVITE sip:a@b SIP/3.0', 505, { method: 'INVITE', uri: 'sip:a@b' }],
  ['INVITE  sip:a@b SIP/2.0', 400, { method: 'INVITE', uri: 'sip:a@b' }],
  ['INVITE sip:ä@b SIP/2.0', 400, { method: 'INVITE', uri: 'sip:ä@b' }],
  ['INVITE sip:a@b SIP/2.0 ', 400, { method: 'INVITE', uri: 'sip:a@b' }],
  ['IN/VITE sip:a@b SIP/2.0', 400, null],
  ['INVITE SIP/2.0', 400, null],
  ['INVITE sip:a@b HTTP/1.1', 400, null],
  ['INVITE', 400, null],
  ['', 400, null],
])('%j is refused with %s', (line, status, request) => {
  expect(parseStartLine(line)).toMatchObject({ kind: 'error', status, request });
});
