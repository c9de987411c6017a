import { expect, test } from 'vitest';
import { recordMachine } from '../testing/machine-recorder.ts';
import { inviteServer, inviteServerStart } from './invite-server.ts';

const over = (transport: 'udp' | 'tcp') =>
  recordMachine(inviteServer, inviteServerStart, transport === 'tcp');

test('a repeated INVITE gets the last provisional again', () => {
  const invite = over('udp');
  invite.put({ type: 'respond', status: 100 });
  invite.put({ type: 'request' });
  invite.put({ type: 'respond', status: 180 });
  invite.put({ type: 'request' });
  expect(invite.taken()).toEqual(['0 transmit', '0 retransmit', '0 transmit', '0 retransmit']);
});

test('a failure is repeated by timer G up to T2 until timer H (17.2.1)', () => {
  const invite = over('udp');
  invite.put({ type: 'respond', status: 486 });
  invite.clock.advance(40_000);
  expect(invite.taken()).toEqual([
    '0 transmit',
    ...[500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500].map(
      (at) => `${at} retransmit`,
    ),
    '32000 timeout',
    '32000 terminated',
  ]);
  expect(invite.clock.pending()).toBe(0);
});

test('over TCP a failure is sent once and timer H still waits for the ACK', () => {
  const invite = over('tcp');
  invite.put({ type: 'respond', status: 486 });
  invite.clock.advance(40_000);
  expect(invite.taken()).toEqual(['0 transmit', '32000 timeout', '32000 terminated']);
});

test('the ACK to a failure stops G and H; timer I absorbs its copies for T4', () => {
  const invite = over('udp');
  invite.put({ type: 'respond', status: 486 });
  invite.clock.advance(700);
  invite.put({ type: 'acknowledgement' });
  invite.put({ type: 'acknowledgement' });
  invite.put({ type: 'request' });
  invite.clock.advance(5_000);
  expect(invite.taken()).toEqual(['0 transmit', '500 retransmit', '5700 terminated']);
  expect(invite.clock.pending()).toBe(0);
});

test('over TCP the ACK ends it at once (timer I is zero)', () => {
  const invite = over('tcp');
  invite.put({ type: 'respond', status: 603 });
  invite.put({ type: 'acknowledgement' });
  expect(invite.taken()).toEqual(['0 transmit', '0 terminated']);
  expect(invite.clock.pending()).toBe(0);
});

test('a 2xx absorbs the repeated INVITE and lets the user repeat it until timer L (RFC 6026 8.7)', () => {
  const invite = over('udp');
  invite.put({ type: 'respond', status: 200 });
  invite.put({ type: 'request' });
  invite.clock.advance(500);
  invite.put({ type: 'respond', status: 200 });
  invite.put({ type: 'respond', status: 486 });
  expect(invite.taken()).toEqual(['0 transmit', '500 retransmit']);
  invite.clock.advance(31_500);
  expect(invite.taken()).toEqual(['32000 terminated']);
});

test('a second final response goes nowhere', () => {
  const invite = over('udp');
  invite.put({ type: 'respond', status: 487 });
  invite.put({ type: 'respond', status: 200 });
  expect(invite.taken()).toEqual(['0 transmit']);
  expect(invite.state()).toBe('completed');
});

test('a transport error is told and the machine stays for a repeated INVITE (RFC 6026 8.8)', () => {
  const invite = over('udp');
  invite.put({ type: 'respond', status: 180 });
  invite.put({ type: 'transport-error' });
  expect(invite.taken()).toEqual(['0 transmit', '0 unreachable']);
  expect(invite.state()).toBe('proceeding');
});
