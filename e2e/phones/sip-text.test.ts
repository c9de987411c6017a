import { describe, expect, test } from 'vitest';
import { authorize } from './digest.ts';
import { answerDirection, parseSdp, targetOf } from './sdp.ts';
import {
  formatMessage,
  headersOf,
  identityOf,
  paramOf,
  parseMessage,
  type SipResponse,
} from './sip-message.ts';
import { splitStream } from './sip-socket.ts';

describe('a SIP message', () => {
  test('is read with short and folded headers, and written whole', () => {
    const text =
      'OPTIONS sip:a@b SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9\r\nSubject: one\r\n two\r\nl: 0\r\n\r\n';
    const message = parseMessage(text);
    expect(message).toMatchObject({ method: 'OPTIONS', uri: 'sip:a@b' });
    if (message === null) throw new Error('not read');
    expect(headersOf(message, 'Via')).toEqual(['SIP/2.0/UDP h;branch=z9']);
    expect(headersOf(message, 'subject')).toEqual(['one two']);
    expect(formatMessage({ status: 200, reason: 'OK', headers: [], body: 'é' })).toBe(
      'SIP/2.0 200 OK\r\nContent-Length: 2\r\n\r\né',
    );
  });

  test.each(['', '\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n', `X ${'a'.repeat(70_000)}\r\n\r\n`])(
    'is not %#',
    (text) => {
      expect(parseMessage(text)).toBeNull();
    },
  );

  test('names the other side', () => {
    expect(identityOf('"Müller \\"X\\"" <sip:8002@h;user=phone>;tag=1')).toEqual({
      number: '8002',
      name: 'Müller "X"',
    });
    expect(identityOf('sip:8002@h')).toEqual({ number: '8002', name: '' });
    expect(paramOf('<sip:a@b;tag=no>;tag=yes', 'tag')).toBe('yes');
  });
});

test('a stream is cut by Content-Length, wherever its pieces end', () => {
  const one = 'A\r\nContent-Length: 2\r\n\r\nxy';
  const two = 'B\r\nl: 0\r\n\r\n';
  expect(splitStream(`\r\n${one}${two}${one.slice(0, 20)}`)).toEqual({
    messages: [one, two],
    rest: one.slice(0, 20),
  });
  expect(() => splitStream('A\r\nContent-Length: 99999999\r\n\r\n')).toThrow('too long');
});

describe('digest', () => {
  const challenge = (...values: string[]): SipResponse => ({
    status: 401,
    reason: 'Unauthorized',
    headers: values.map((value) => ['WWW-Authenticate', `Digest realm="r", nonce="n", ${value}`]),
    body: '',
  });
  const who = { user: 'u', password: 'p' };

  test('without qop is the one of RFC 2617', () => {
    // MD5(MD5(u:r:p):n:MD5(REGISTER:sip:x)), computed with openssl.
    expect(authorize(challenge('algorithm=MD5'), 'REGISTER', 'sip:x', who)?.[1]).toContain(
      'response="f1360bea1a4221b5ee937bec4052dd1b"',
    );
  });

  test('takes the strongest algorithm offered, or the one asked for', () => {
    const both = challenge('algorithm=MD5, qop="auth"', 'algorithm=SHA-256, qop="auth,auth-int"');
    expect(authorize(both, 'REGISTER', 'sip:x', who)?.[1]).toMatch(/algorithm=SHA-256, qop=auth/);
    expect(authorize(both, 'REGISTER', 'sip:x', who, 'MD5')?.[1]).toContain('algorithm=MD5');
    expect(authorize(challenge('algorithm=SHA-256'), 'REGISTER', 'sip:x', who, 'MD5')).toBeNull();
  });
});

describe('a session description', () => {
  const sdp = (lines: string) => `v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 8 0 101\r\n${lines}`;
  test('says where audio goes, unless one side holds', () => {
    const remote = parseSdp(sdp('a=rtpmap:101 telephone-event/8000\r\n'));
    expect(targetOf(remote, 'sendrecv')).toEqual({ host: '127.0.0.1', port: 4000, law: 'PCMA', events: 101 });
    expect(targetOf(remote, 'sendonly')).toBeNull();
    expect(targetOf(parseSdp(sdp('a=sendonly\r\n')), 'sendrecv')).toBeNull();
    expect(targetOf(parseSdp(sdp('c=IN IP4 0.0.0.0\r\n')), 'sendrecv')).toBeNull();
    expect(() => parseSdp('v=0\r\nm=video 4000 RTP/AVP 96\r\n')).toThrow('no audio');
  });

  test('is answered with a direction that fits the offer (RFC 3264)', () => {
    expect(answerDirection('sendrecv', 'sendrecv')).toBe('sendrecv');
    expect(answerDirection('sendonly', 'sendrecv')).toBe('recvonly');
    expect(answerDirection('recvonly', 'sendrecv')).toBe('sendonly');
    expect(answerDirection('inactive', 'sendrecv')).toBe('inactive');
    expect(answerDirection('sendrecv', 'sendonly')).toBe('sendonly');
    expect(answerDirection('sendonly', 'sendonly')).toBe('inactive');
  });
});
