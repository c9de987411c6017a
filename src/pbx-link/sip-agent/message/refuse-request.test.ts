import { expect, test } from 'vitest';
import { acceptRefusal, contentRefusal, digestCredentials, extensionRefusal } from './refuse-request.ts';
import type { SipRequest } from './sip-message.ts';

function request(headers: Record<string, string>, body = 'x', method = 'INVITE'): SipRequest {
  const list = Object.entries(headers).map(([name, value]) => ({ name, value }));
  return { kind: 'request', method, uri: 'sip:a@b', headers: list, body: Buffer.from(body) };
}

test('extensions: those lacking are named, and nothing is required of CANCEL and ACK', () => {
  const requiring = { Require: 'Replaces, 100rel', require: 'precondition' };
  const supported = new Set(['replaces']);
  expect(extensionRefusal(request(requiring), supported)?.headers).toEqual([
    { name: 'Unsupported', value: '100rel, precondition' },
  ]);
  expect(extensionRefusal(request({ Require: 'REPLACES' }), supported)).toBeNull();
  for (const method of ['CANCEL', 'ACK'])
    expect(extensionRefusal(request(requiring, '', method), supported)).toBeNull();
});

test('content: type and encoding are looked at, unless the body may be ignored', () => {
  const types = ['application/sdp', 'application/dtmf-relay'];
  expect(contentRefusal(request({ 'Content-Type': 'Application/SDP;charset=x' }), types)).toBeNull();
  expect(contentRefusal(request({ 'Content-Type': 'text/plain' }), types)).toMatchObject({
    status: 415,
    headers: [{ name: 'Accept', value: 'application/sdp, application/dtmf-relay' }],
  });
  expect(contentRefusal(request({}), types)).toMatchObject({ status: 415 });
  expect(contentRefusal(request({ 'Content-Type': 'text/plain' }, ''), types)).toBeNull();
  const optional = { 'Content-Type': 'text/plain', 'Content-Disposition': 'icon; handling = optional' };
  expect(contentRefusal(request(optional), types)).toBeNull();
  const packed = { 'Content-Type': 'application/sdp', 'Content-Encoding': 'gzip' };
  expect(contentRefusal(request(packed), types)?.headers).toEqual([
    { name: 'Accept-Encoding', value: 'identity' },
  ]);
});

test('Accept: a range among several is enough, an empty one is none', () => {
  expect(
    acceptRefusal(request({ Accept: 'text/plain, application/*;q=0.1' }), 'application', 'sdp'),
  ).toBeNull();
  expect(acceptRefusal(request({}), 'application', 'sdp')).toBeNull();
  expect(acceptRefusal(request({ Accept: '' }), 'application', 'sdp')).toMatchObject({ status: 406 });
});

test('only Digest credentials are taken', () => {
  const headers = { Authorization: 'Digest username="a"', authorization: 'Basic a=b' };
  expect(digestCredentials(request(headers), 'Authorization')).toEqual([new Map([['username', '"a"']])]);
});
