import { expect, test } from 'vitest';
import { checkHeaders } from './check-headers.ts';
import type { SipHeader } from './sip-message.ts';

const SOUND: readonly SipHeader[] = [
  { name: 'Via', value: 'SIP/2.0/UDP a;branch=z9hG4bK1' },
  { name: 'From', value: '<sip:a@b>;tag=1' },
  { name: 'To', value: '<sip:c@d>' },
  { name: 'Call-ID', value: 'x@y' },
  { name: 'CSeq', value: '1 INVITE' },
];

function check(...more: Array<[name: string, value: string]>): ReturnType<typeof checkHeaders> {
  const headers = [...SOUND, ...more.map(([name, value]) => ({ name, value }))];
  return checkHeaders(headers, { ascii: false, lineSeparators: true }, null);
}

test('what was read comes along', () => {
  const checked = check(
    ['Contact', '<sip:a@e>, sip:a@f'],
    ['contact', '<sip:a@g>'],
    ['Content-Length', '7'],
    ['Route', '<sip:h;lr>'],
  );
  if (!checked.ok) throw new Error(checked.reason);
  expect(checked.parsed).toMatchObject({
    vias: [{ host: 'a' }],
    from: { uri: 'sip:a@b' },
    to: { uri: 'sip:c@d' },
    callId: 'x@y',
    cseq: { number: 1, method: 'INVITE' },
    contacts: [{ uri: 'sip:a@e' }, { uri: 'sip:a@f' }, { uri: 'sip:a@g' }],
    routes: [{ uri: 'sip:h;lr' }],
    recordRoutes: [],
    contentLength: 7,
    contentType: null,
  });
});

test.each(SOUND.map(({ name }) => name))('%s must be there', (name) => {
  const headers = SOUND.filter((header) => header.name !== name);
  const traits = { ascii: true, lineSeparators: false };
  expect(checkHeaders(headers, traits, null)).toEqual({ ok: false, reason: `${name} missing` });
});

test.each([
  ['To', '<sip:c@d>', 'To more than once'],
  ['Max-Forwards', '256', 'Max-Forwards malformed'],
  ['Content-Length', '-1', 'Content-Length malformed'],
  ['Content-Type', 'sdp', 'Content-Type malformed'],
  ['Content-Type', `a/b;c=${'d'.repeat(600)}`, 'Content-Type too long'],
  ['Contact', '', 'Contact malformed'],
  ['Contact', `<sip:${'a'.repeat(4100)}@b>`, 'Contact too long'],
  ['Contact', `"a${' '.repeat(17)}" <sip:a@b>`, 'Contact malformed'],
  ['Contact', '"a\u2028" <sip:a@b>', 'Contact malformed'],
  ['Route', '<sip:a@b@c>', 'Route malformed'],
  ['Route', 'a', 'Route malformed'],
  ['Refer-To', '<sip:a', 'Refer-To malformed'],
  ['Via', 'SIP/3.0/UDP a', 'Via malformed'],
  ['Via', new Array(101).fill('SIP/2.0/UDP a').join(), 'Via too many values'],
  ['Expires', 'soon\0', 'Expires malformed'],
  ['Subject', 'a\0', 'control character'],
])('%s: %.40s refuses', (name, value, reason) => {
  expect(check([name, value])).toEqual({ ok: false, reason });
});

test.each([
  ['P-Asserted-Identity', 'a, b <sip:a@b>', 'malformed'],
  ['Referred-By', '"', 'malformed'],
  ['Proxy-Authorization', 'Bearer abc', 'malformed'],
  ['WWW-Authenticate', `Digest a="${' '.repeat(17)}"`, 'malformed'],
  ['WWW-Authenticate', new Array(17).fill('Digest a=b').join(), 'too many values'],
  ['%66rom', '<sip:x@y>', 'escaped name'],
  ['__proto__', 'x', 'reserved name'],
  ['Constructor', 'x', 'reserved name'],
])('%s: %.40s is left out', (name, value, reason) => {
  const checked = check([name, value]);
  expect(checked).toMatchObject({ ok: true, dropped: [{ name, reason }] });
  expect(checked.ok ? checked.headers : []).toEqual(SOUND);
});

test('a bad Date refuses a request, and is left out of a response', () => {
  const headers = [...SOUND, { name: 'Date', value: 'today' }];
  const traits = { ascii: true, lineSeparators: false };
  expect(checkHeaders(headers, traits, null)).toEqual({ ok: false, reason: 'Date malformed' });
  expect(checkHeaders(headers, traits, 'Date')).toMatchObject({ ok: true, dropped: [{ name: 'Date' }] });
});

test('too many characters on all lines of a list together', () => {
  const line: [string, string] = ['Record-Route', `<sip:${'a'.repeat(2000)}>`];
  expect(check(line, line, line, line)).toMatchObject({ ok: true });
  expect(check(line, line, line, line, line)).toEqual({ ok: false, reason: 'Record-Route too many values' });
});

test('values are brought into the form that every reader takes', () => {
  const checked = check(['Contact', '王伟 <sip:a@b>;q=1, "张" <sip:c@d>'], ['Via', 'sip/2.0/UDP b;rport']);
  expect(checked.ok ? checked.headers.slice(SOUND.length) : []).toEqual([
    { name: 'Contact', value: '"王伟" <sip:a@b>;q=1, "张" <sip:c@d>' },
    { name: 'Via', value: 'SIP/2.0/UDP b;rport' },
  ]);
});

test('odd but sound: all bindings, an old expiry, an unknown scheme', () => {
  expect(check(['Contact', '*'], ['Expires', 'soon'], ['Refer-To', '<isbn:1>'])).toMatchObject({
    ok: true,
    dropped: [],
  });
});
