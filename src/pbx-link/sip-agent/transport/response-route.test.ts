import { expect, test } from 'vitest';
import { parseVia } from '../message/header-grammar.ts';
import { headerOf, type SipRequest } from '../message/sip-message.ts';
import type { Flow } from './flow.ts';
import { responseRoute, withReceived } from './response-route.ts';

const request = (via: string): SipRequest => ({
  kind: 'request',
  method: 'OPTIONS',
  uri: 'sip:x',
  headers: [{ name: 'Via', value: via }],
  body: Buffer.alloc(0),
});
const from: Flow = { transport: 'udp', address: '192.0.2.7', port: 40_000 };

const through = (via: string, flow: Flow) => {
  const value = headerOf(withReceived(request(via), flow), 'via') ?? '';
  const top = parseVia(value)[0];
  if (top === undefined) throw new Error('no Via');
  return { value, route: responseRoute(top, flow) };
};

test('a sender that names itself rightly gets its answer at the port of its Via (18.2.2)', () => {
  const { value, route } = through('SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK1', from);
  expect(value).toBe('SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK1');
  expect(route).toEqual({ transport: 'udp', address: '192.0.2.7', port: 5070 });
});

test('received is added when the name differs (18.2.1), and the default port is 5060', () => {
  const { value, route } = through('SIP/2.0/UDP phone.local;branch=z9hG4bK1', from);
  expect(value).toBe('SIP/2.0/UDP phone.local;branch=z9hG4bK1;received=192.0.2.7');
  expect(route).toEqual({ transport: 'udp', address: '192.0.2.7', port: 5060 });
});

test('rport brings the answer back to the port that it came from (RFC 3581 4)', () => {
  const { value, route } = through('SIP/2.0/UDP 10.1.1.1:5060;rport;branch=z9hG4bK1, SIP/2.0/UDP far', from);
  expect(value).toBe(
    'SIP/2.0/UDP 10.1.1.1:5060;rport=40000;branch=z9hG4bK1;received=192.0.2.7, SIP/2.0/UDP far',
  );
  expect(route).toEqual({ transport: 'udp', address: '192.0.2.7', port: 40_000 });
});

test('maddr does not send the answer elsewhere', () => {
  const { route } = through('SIP/2.0/UDP 192.0.2.7:5070;maddr=198.51.100.1;branch=z9hG4bK1', from);
  expect(route.address).toBe('192.0.2.7');
});

test('over TCP the answer goes back on its connection, else to the port of the Via', () => {
  const connection = { open: true, write: () => true };
  const { route } = through('SIP/2.0/TCP 192.0.2.7:5080;branch=z9hG4bK1', {
    ...from,
    transport: 'tcp',
    connection,
  });
  expect(route).toEqual({ transport: 'tcp', address: '192.0.2.7', port: 5080, connection });
});
