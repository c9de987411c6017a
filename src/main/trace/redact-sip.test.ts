import { describe, expect, test } from 'vitest';
import { redactSip } from './redact-sip.ts';

const message = (...lines: readonly string[]) => lines.join('\r\n');

describe('what never gets through', () => {
  test.each([
    ['credentials', 'Authorization: Digest username="8000", realm="pbx", response="SECRET"'],
    ['credentials of a proxy', 'Proxy-Authorization: Digest response="SECRET", nonce="SECRET"'],
    ['credentials in another case, with blanks', ' aUTHORIZATION : Basic SECRET'],
    [
      'credentials on folded lines',
      message('Authorization: Digest', ' response="SECRET",', '\tnonce="SECRET"'),
    ],
    ['the nonce of a challenge', 'WWW-Authenticate: Digest realm="pbx", nonce="SECRET", opaque="SECRET"'],
    ['the nonce without quotes', 'Proxy-Authenticate: Digest nonce=SECRET'],
    ['the next nonce', 'Authentication-Info: nextnonce="SECRET", rspauth="SECRET", cnonce="SECRET"'],
    ['a parameter whose quote is never closed', 'WWW-Authenticate: Digest nonce="SECRET'],
    ['a password in an address', 'Contact: <sip:8000:SECRET@192.0.2.1:5060;transport=udp>'],
    [
      'a password of sips, in a header we do not know',
      'X-Peer: "A" <SIPS:bob:SECRET@host>, <sip:c:SECRET@host>',
    ],
    ['a password in the request line', 'INVITE sip:8000:SECRET@host SIP/2.0'],
    [
      'a password in an address inside an address',
      'Refer-To: <sip:x@host?Referred-By=sip%3Abob%3ASECRET@host>',
    ],
    ['a password of a user with an escaped @', 'Contact: <sip:a%40b:SECRET@host>'],
    ['a password that has an escaped @', 'Contact: <sip:a:SEC%40SECRET@host>'],
    ['an escaped password with an escaped @', 'Refer-To: <sip:x@host?Referred-By=sip%3Abob%3ASECRET%40host>'],
  ])('%s', (_name, line) => {
    const shown = redactSip(message('OPTIONS sip:a@b SIP/2.0', line, '', ''));
    expect(shown).not.toContain('SECRET');
    expect(shown).toContain('[redacted]');
  });

  test.each([
    'a=crypto:1 AES_CM_128 inline:SECRET',
    'a=ice-pwd:SECRET',
    'a=key-mgmt:mikey SECRET',
    'k=clear:SECRET',
  ])('media keys: %s', (line) => {
    const shown = redactSip(message('INVITE sip:a@b SIP/2.0', '', 'v=0', line, 'a=sendrecv'));
    expect(shown).not.toContain('SECRET');
    expect(shown).toContain('a=sendrecv');
  });

  test.each([
    [
      'INFO',
      message('INFO sip:a@b SIP/2.0', 'Content-Type: application/dtmf-relay', '', 'Signal=7', 'Duration=160'),
    ],
    ['INFO with bare digits', message('INFO sip:a@b SIP/2.0', 'Content-Type: application/dtmf', '', '7')],
    ['INFO whose type is unknown', message('INFO sip:a@b SIP/2.0', 'Content-Type: text/x', '', '7')],
    [
      'the answer to one',
      message('SIP/2.0 200 OK', 'CSeq: 7000 INFO', 'c: text/x', '', 'Digits: 7').replace('7000', '1'),
    ],
    ['a compact content type', message('MESSAGE sip:a@b SIP/2.0', 'c: application/dtmf-relay', '', '7')],
    [
      'KPML',
      message('NOTIFY sip:a@b SIP/2.0', 'Content-Type: application/kpml-response+xml', '', '<k digits="7"/>'),
    ],
    ['a part of a stream that has lost its head', 'Signal=7'],
    [
      'line ends that are not CRLF',
      'INFO sip:a@b SIP/2.0\nContent-Type: application/dtmf-relay\n\nSignal= 7\n',
    ],
  ])('pressed digits: %s', (_name, text) => {
    expect(redactSip(text)).not.toContain('7');
  });
});

test('everything else is shown as it was', () => {
  const text = message(
    'INVITE sip:8000@192.0.2.1:5060 SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKabc;rport',
    'From: "Ext: 8002" <sip:8002@192.0.2.2>;tag=1',
    'To: <sip:8000@192.0.2.1>',
    'Refer-To: <sip:8004@pbx?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2>',
    'CSeq: 1 INVITE',
    '',
    'v=0',
    'c=IN IP4 192.0.2.2',
    'a=rtpmap:0 PCMU/8000',
    '',
  );
  expect(redactSip(text)).toBe(text);
});

test('the realm of a challenge is kept, as it helps to find a wrong password', () => {
  expect(redactSip('WWW-Authenticate: Digest realm="pbx", nonce="x", algorithm=MD5')).toBe(
    'WWW-Authenticate: Digest realm="pbx", nonce=[redacted], algorithm=MD5',
  );
});

describe('the work grows with the length of the text, not faster', () => {
  // Twice the text may take four times as long before it counts; a quadratic rule takes sixteen times from 16 to 64 KiB.
  const timeOf = (text: string) => {
    const times = Array.from({ length: 5 }, () => {
      const began = performance.now();
      redactSip(text);
      return performance.now() - began;
    });
    return Math.max(Math.min(...times), 0.2);
  };

  test.each([
    'sip:',
    'sip:a:b',
    '@',
    'nonce="',
    'nonce=',
    'a ',
    ' ',
    ':',
    'x@sip:y:',
    '%3a',
    '\r\n ',
    '\r',
    'Signal',
    ',',
  ])('%j again and again', (piece) => {
    const long = (bytes: number) => `X: ${piece.repeat(bytes / piece.length)}`;
    timeOf(long(16_384));
    expect(timeOf(long(65_536)) / timeOf(long(16_384))).toBeLessThan(12);
  });
});
