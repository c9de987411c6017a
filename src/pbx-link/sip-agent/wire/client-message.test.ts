import { expect, test } from 'vitest';
import { parseClientMessage } from './client-message.ts';

const parse = (text: string) => parseClientMessage(Buffer.from(text));

test('a meta line is split at its bars, empty fields count', () => {
  expect(parse('id|authenticate|secret|')).toEqual({
    id: 'id',
    verb: 'authenticate',
    fields: ['secret', ''],
    sip: null,
  });
});

test('the body is what follows the blank line, whatever Content-Length says', () => {
  const message = parse('id|sip|t|d\r\nMESSAGE sip:x SIP/2.0\r\ncontent-length: 2\r\n\r\nGrüße\r\n\r\n!');
  expect(message?.sip).toMatchObject({ kind: 'request', method: 'MESSAGE', uri: 'sip:x' });
  expect(message?.sip?.body.toString()).toBe('Grüße\r\n\r\n!');
});

test('names in lower case get their usual spelling, others are the program’s own', () => {
  const message = parse('id|sip|t|\r\nSIP/2.0 200 OK\r\ncall-id: a\r\nrefer-to: b\r\nX-mine: c: d\r\n\r\n');
  expect(message?.sip?.headers).toEqual([
    { name: 'Call-ID', value: 'a' },
    { name: 'Refer-To', value: 'b' },
    { name: 'X-mine', value: 'c: d' },
  ]);
  expect(message?.sip).toMatchObject({ kind: 'response', status: 200, reason: 'OK' });
});

test.each(['', 'id', '|verb', 'id|sip||\r\nnonsense\r\n\r\n', 'id|sip||\r\nOPTIONS sip:x y SIP/2.0\r\n\r\n'])(
  '%j is no message',
  (text) => expect(parse(text)).toBeNull(),
);
