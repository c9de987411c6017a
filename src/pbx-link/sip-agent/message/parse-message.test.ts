import { expect, test } from 'vitest';
import { branchOf, parseNameAddr, parseVia } from './header-grammar.ts';
import { parseSipMessage } from './parse-message.ts';
import { serializeSipMessage } from './serialize-message.ts';
import { headerOf } from './sip-message.ts';

const INVITE = [
  'INVITE sip:8000@192.0.2.1:5060 SIP/2.0',
  'v: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK1;rport',
  'f: "Room \\"101\\"" <sip:101@192.0.2.9>;tag=a',
  't: <sip:8000@192.0.2.1>',
  'i: abc@192.0.2.9',
  'CSeq: 1',
  '  INVITE',
  'l: 4',
  '',
  'body and more',
].join('\r\n');

test('compact names are expanded, folded lines joined, the body cut at Content-Length', () => {
  const result = parseSipMessage(Buffer.from(INVITE));
  if (!result.ok) throw new Error(result.error.reason);
  const { message } = result;
  expect(message).toMatchObject({ kind: 'request', method: 'INVITE', uri: 'sip:8000@192.0.2.1:5060' });
  expect(message.headers.map((header) => header.name)).toEqual([
    'Via',
    'From',
    'To',
    'Call-ID',
    'CSeq',
    'Content-Length',
  ]);
  expect(headerOf(message, 'cseq')).toBe('1 INVITE');
  expect(message.body.toString()).toBe('body');
  expect(branchOf(message)).toBe('z9hG4bK1');
  expect(parseVia(headerOf(message, 'via') ?? '')[0]).toMatchObject({ host: '192.0.2.9', port: 5060 });
  expect(parseNameAddr(headerOf(message, 'from') ?? '')).toMatchObject({
    display: 'Room "101"',
    uri: 'sip:101@192.0.2.9',
  });
});

test('what was parsed serialises to what parses to the same', () => {
  const first = parseSipMessage(Buffer.from(INVITE));
  if (!first.ok) throw new Error(first.error.reason);
  const second = parseSipMessage(serializeSipMessage(first.message));
  expect(second).toEqual(first);
});

test('a request line alone is enough to refuse, a readable Via to answer', () => {
  const refused = parseSipMessage(Buffer.from(INVITE.replace('CSeq: 1\r\n', 'CSeq: x\r\n')));
  expect(refused).toMatchObject({ ok: false, error: { reason: 'CSeq malformed', status: 400 } });
  const unanswerable = parseSipMessage(Buffer.from(INVITE.replace('v: SIP/2.0/UDP', 'v: nonsense')));
  expect(unanswerable).toMatchObject({ ok: false, error: { reason: 'Via malformed', status: null } });
});
