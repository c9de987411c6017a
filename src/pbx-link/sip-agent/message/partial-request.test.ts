import { expect, test } from 'vitest';
import { isAnswerable, partialRequest } from './partial-request.ts';

const line = { kind: 'request', method: 'INVITE', uri: 'sip:a@b' } as const;
const headersFrom = (head: string) =>
  partialRequest(line, head).headers.map(({ name, value }) => `${name}: ${value}`);

test('what a response copies, in the first form it has', () => {
  const head = [
    'v: SIP/2.0/UDP a',
    'Subject: x',
    'f: "open <sip:a@b>',
    'From: second',
    'T :\tto\r\n  folded',
    'i: 1',
    'nonsense',
    'CSEQ: y',
    'Via: SIP/2.0/UDP b',
  ];
  expect(headersFrom(head.join('\r\n'))).toEqual([
    'Via: SIP/2.0/UDP a',
    'From: "open <sip:a@b>',
    'To: to   folded',
    'Call-ID: 1',
    'CSeq: y',
    'Via: SIP/2.0/UDP b',
  ]);
});

test('nothing that could break the lines of the response', () => {
  expect(headersFrom('Via: SIP/2.0/UDP a\r\nCall-ID: a\rb\nc\0d')).toEqual([
    'Via: SIP/2.0/UDP a',
    'Call-ID: a b c d',
  ]);
});

test('Via values up to the first that cannot be read', () => {
  expect(headersFrom('Via: SIP/2.0/UDP a;branch=1, nonsense, SIP/2.0/UDP c\r\nVia: SIP/2.0/UDP d')).toEqual([
    'Via: SIP/2.0/UDP a;branch=1',
  ]);
});

test('without a Via there is nowhere to answer to, and ACK is never answered', () => {
  expect(isAnswerable(partialRequest(line, 'Via: SIP/2.0/UDP a'))).toBe(true);
  expect(isAnswerable(partialRequest(line, 'Via: nonsense\r\nFrom: x'))).toBe(false);
  expect(isAnswerable(partialRequest({ ...line, method: 'ACK' }, 'Via: SIP/2.0/UDP a'))).toBe(false);
});
