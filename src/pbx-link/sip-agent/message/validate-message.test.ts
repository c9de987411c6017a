import { expect, test } from 'vitest';
import type { SipMessage, SipRequest, SipResponse } from './sip-message.ts';
import { validateMessage, validateRequest, validateResponse } from './validate-message.ts';

const body = Buffer.alloc(0);

function request(
  method: string,
  uri: string,
  cseqMethod = method,
  via = 'SIP/2.0/UDP a;branch=z9hG4bK1',
): SipRequest {
  const headers = [
    { name: 'Via', value: via },
    { name: 'From', value: '<sip:a@b>;tag=1' },
    { name: 'To', value: uri.startsWith('sip') ? '<sip:c@d>' : '<isbn:1>' },
    { name: 'Call-ID', value: 'x' },
    { name: 'CSeq', value: `1 ${cseqMethod}` },
  ];
  return { kind: 'request', method, uri, headers, body };
}

const validate = (message: SipMessage) => validateMessage(message, { ascii: true, lineSeparators: false });

test.each([
  ['INVITE', 'sip:a@b', 'INVITE', null],
  ['INVITE', 'sip:what?@b', 'INVITE', null],
  ['INVITE', 'soap:a?b', 'INVITE', null],
  ['INVITE', 'sip:a@b', 'BYE', 400],
  ['INVITE', 'sip:a@b', 'invite', 400],
  ['BREW', 'sip:a@b', 'INVITE', 501],
  ['INVITE', 'sip:b?a=c', 'INVITE', 400],
  ['INVITE', 'SIPS:a@b?a=c', 'INVITE', 400],
  ['INVITE', 'sip:a@b:99999', 'INVITE', 400],
  ['INVITE', 'nothing', 'INVITE', 400],
])('%s %s with CSeq of %s: %s', (method, uri, cseq, status) => {
  const validated = validate(request(method, uri, cseq));
  expect(validated.ok ? null : validated.fault.status).toBe(status);
});

test('a multipart body that would hold up its reader', () => {
  const sound = request('MESSAGE', 'sip:a@b');
  const headers = [...sound.headers, { name: 'Content-Type', value: 'multipart/mixed;boundary=a' }];
  const hostile = Buffer.from(`--a\r\nContent-Type:${' '.repeat(5000)}x`);
  expect(validate({ ...sound, headers, body: hostile })).toMatchObject({ ok: false, fault: { status: 400 } });
  expect(validate({ ...sound, headers, body: Buffer.from('--a\r\n\r\nx') })).toMatchObject({ ok: true });
});

test.each([
  ['OPTIONS', 'sip:a@b', 'SIP/2.0/UDP a', null],
  ['OPTIONS', 'tel:+1', 'SIP/2.0/UDP a;branch=1', null],
  ['OPTIONS', 'sip:a@b', 'SIP/2.0/UDP a;branch=z9hG4bK', 400],
  ['OPTIONS', 'http://a', 'SIP/2.0/UDP a', 416],
  ['REGISTER', 'sip:b', 'SIP/2.0/UDP a', null],
  ['REGISTER', 'tel:1', 'SIP/2.0/UDP a', 400],
])('%s %s by %s: %s', (method, uri, via, status) => {
  expect(validateRequest(request(method, uri, method, via))?.status ?? null).toBe(status);
});

test('a response with two Vias, on lines or by comma, was for someone else', () => {
  const response = (...vias: string[]): SipResponse => ({
    kind: 'response',
    status: 200,
    reason: '',
    headers: vias.map((value) => ({ name: 'Via', value })),
    body,
  });
  expect(validateResponse(response('SIP/2.0/UDP a'))).toBeNull();
  expect(validateResponse(response('SIP/2.0/UDP a;b="x,y"'))).toBeNull();
  expect(validateResponse(response('SIP/2.0/UDP a', 'SIP/2.0/UDP b'))).not.toBeNull();
  expect(validateResponse(response('SIP/2.0/UDP a, SIP/2.0/UDP b'))).not.toBeNull();
});
