import { expect, test } from 'vitest';
import { recordMachine } from '../testing/machine-recorder.ts';
import { nonInviteServer, nonInviteServerStart } from './non-invite-server.ts';

const over = (transport: 'udp' | 'tcp') => {
  const machine = recordMachine(nonInviteServer, nonInviteServerStart, transport === 'tcp');
  machine.put({ type: 'start' });
  return machine;
};

test('a repeated request is absorbed before the answer and gets it again after (17.2.2)', () => {
  const request = over('udp');
  request.put({ type: 'request' });
  request.put({ type: 'respond', status: 200 });
  request.put({ type: 'request' });
  expect(request.taken()).toEqual(['0 transmit', '0 retransmit']);
});

test('timer J ends it after 64*T1 over UDP and at once over TCP', () => {
  const udp = over('udp');
  udp.clock.advance(1_000);
  udp.put({ type: 'respond', status: 404 });
  udp.clock.advance(31_999);
  expect(udp.state()).toBe('completed');
  udp.clock.advance(1);
  expect(udp.taken()).toEqual(['1000 transmit', '33000 terminated']);
  const tcp = over('tcp');
  tcp.put({ type: 'respond', status: 404 });
  expect(tcp.taken()).toEqual(['0 transmit', '0 terminated']);
  expect(udp.clock.pending() + tcp.clock.pending()).toBe(0);
});

test('a request that nobody answers is forgotten without a 408 (RFC 4320 4.2)', () => {
  const request = over('udp');
  request.clock.advance(32_000);
  expect(request.taken()).toEqual(['32000 timeout', '32000 terminated']);
});

test('only the first final response is sent', () => {
  const request = over('udp');
  request.put({ type: 'respond', status: 200 });
  request.put({ type: 'respond', status: 500 });
  expect(request.taken()).toEqual(['0 transmit']);
});

test('a provisional answers the repeated request until the final one', () => {
  const request = over('udp');
  request.put({ type: 'respond', status: 100 });
  request.put({ type: 'request' });
  request.put({ type: 'respond', status: 200 });
  expect(request.taken()).toEqual(['0 transmit', '0 retransmit', '0 transmit']);
});
