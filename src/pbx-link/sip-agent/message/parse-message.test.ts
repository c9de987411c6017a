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

function reasonFor(text: string | Buffer): string {
  const result = parseSipMessage(Buffer.isBuffer(text) ? text : Buffer.from(text, 'latin1'));
  return result.ok ? 'accepted' : `${result.error.reason}, ${result.error.status}`;
}

test('bounds: message, line and count of lines', () => {
  const padded = (size: number): string =>
    INVITE.replace('l: 4', `l: ${size}`).replace('body and more', 'x'.repeat(size));
  expect(reasonFor(padded(60_000))).toBe('accepted');
  expect(reasonFor(padded(66_000))).toBe('message too large, 513');
  const more = (lines: string): string => INVITE.replace('l: 4', `${lines}\r\nl: 4`);
  expect(reasonFor(more(`Subject: ${'a'.repeat(8_183)}`))).toBe('accepted');
  expect(reasonFor(more(`Subject: ${'a'.repeat(8_184)}`))).toBe('header line too long, 400');
  expect(reasonFor(more(`Subject: a${'\r\n b'.repeat(5_000)}`))).toBe('header line too long, 400');
  expect(reasonFor(more(new Array(194).fill('a: b').join('\r\n')))).toBe('accepted');
  expect(reasonFor(more(new Array(195).fill('a: b').join('\r\n')))).toBe('too many header lines, 400');
  expect(reasonFor(INVITE.replace('8000@', `${'8'.repeat(9_000)}@`))).toBe('start line too long, null');
});

test('a line ends with CR and LF together (RFC 3261 7), and the headers with an empty line', () => {
  expect(reasonFor(INVITE.replace('CSeq: 1\r\n  INVITE', 'CSeq: 1 INVITE\nSubject: x'))).toBe(
    'carriage return or line feed alone, 400',
  );
  expect(reasonFor(INVITE.replace('CSeq: 1\r\n  INVITE', 'CSeq: 1 INVITE\rSubject: x'))).toBe(
    'carriage return or line feed alone, 400',
  );
  expect(reasonFor(INVITE.replaceAll('\r\n', '\n'))).toBe('no empty line after the headers, null');
  expect(reasonFor(INVITE.slice(0, INVITE.indexOf('\r\nl: 4')))).toBe('no empty line after the headers, 400');
  expect(reasonFor(INVITE.replace('i: abc', ': abc'))).toBe('malformed header line, 400');
  expect(reasonFor(INVITE.replace('i: abc', 'i abc'))).toBe('malformed header line, 400');
});

test('line ends before the start line are ignored (RFC 3261 7.5), alone they are no message', () => {
  expect(reasonFor(`\r\n\r\n${INVITE}`)).toBe('accepted');
  for (const text of ['', '\r\n\r\n']) expect(reasonFor(text)).toBe('no message, only line ends, null');
});

test('responses are never answered, nor is ACK', () => {
  expect(reasonFor(INVITE.replace(/^INVITE.*/, 'SIP/2.0 200 OK').replace('l: 4', 'l: 400'))).toBe(
    'body shorter than Content-Length, null',
  );
  expect(reasonFor(INVITE.replaceAll('INVITE', 'ACK').replace('l: 4', 'l: 400'))).toBe(
    'body shorter than Content-Length, null',
  );
});

test('bytes that are no UTF-8 do not cost the call, where they are only shown', () => {
  const result = parseSipMessage(Buffer.from(INVITE.replace('Room', '\xcd\xf5'), 'latin1'));
  expect(result.ok && parseNameAddr(headerOf(result.message, 'From') ?? '')).toMatchObject({
    display: '\ufffd\ufffd "101"',
    uri: 'sip:101@192.0.2.9',
  });
  expect(reasonFor(INVITE.replace('abc@', '\xcd\xf5@'))).toBe('Call-ID malformed, 400');
});
