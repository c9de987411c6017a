import { expect, test } from 'vitest';
import { recordMachine } from '../testing/machine-recorder.ts';
import { inviteClient, inviteClientStart } from './invite-client.ts';

const over = (transport: 'udp' | 'tcp') => {
  const machine = recordMachine(inviteClient, inviteClientStart, transport === 'tcp');
  machine.put({ type: 'start' });
  return machine;
};

test('timer A doubles without a bound and timer B ends it at 64*T1 (17.1.1.2)', () => {
  const invite = over('udp');
  invite.clock.advance(40_000);
  expect(invite.taken()).toEqual([
    '0 transmit',
    '500 retransmit',
    '1500 retransmit',
    '3500 retransmit',
    '7500 retransmit',
    '15500 retransmit',
    '31500 retransmit',
    '32000 timeout',
    '32000 terminated',
  ]);
  expect(invite.clock.pending()).toBe(0);
});

test('over TCP nothing is retransmitted, timer B holds', () => {
  const invite = over('tcp');
  invite.clock.advance(40_000);
  expect(invite.taken()).toEqual(['0 transmit', '32000 timeout', '32000 terminated']);
});

test('a provisional stops the retransmissions and the timeout', () => {
  const invite = over('udp');
  invite.clock.advance(600);
  invite.put({ type: 'response', status: 180 });
  invite.clock.advance(300_000);
  expect(invite.taken()).toEqual(['0 transmit', '500 retransmit', '600 deliver']);
  expect(invite.state()).toBe('proceeding');
  expect(invite.clock.pending()).toBe(0);
});

test('each failure is acknowledged, the first alone is told, timer D ends it', () => {
  const invite = over('udp');
  invite.put({ type: 'response', status: 486 });
  invite.clock.advance(1_000);
  invite.put({ type: 'response', status: 486 });
  expect(invite.taken()).toEqual(['0 transmit', '0 acknowledge', '0 deliver', '1000 acknowledge']);
  invite.clock.advance(31_499);
  expect(invite.state()).toBe('completed');
  invite.clock.advance(1);
  expect(invite.taken()).toEqual(['32500 terminated']);
  expect(invite.clock.pending()).toBe(0);
});

test('over TCP a failure ends it at once (timer D is zero)', () => {
  const invite = over('tcp');
  invite.put({ type: 'response', status: 404 });
  expect(invite.taken()).toEqual(['0 transmit', '0 acknowledge', '0 deliver', '0 terminated']);
});

test('every 2xx is told until timer M (RFC 6026 8.4), nothing else', () => {
  const invite = over('udp');
  invite.put({ type: 'response', status: 200 });
  invite.clock.advance(500);
  invite.put({ type: 'response', status: 200 });
  invite.put({ type: 'response', status: 180 });
  invite.put({ type: 'response', status: 486 });
  expect(invite.taken()).toEqual(['0 transmit', '0 deliver', '500 deliver']);
  invite.clock.advance(31_500);
  expect(invite.taken()).toEqual(['32000 terminated']);
});

test('a CANCEL that nobody answers ends it after 64*T1 (9.1)', () => {
  const invite = over('udp');
  invite.put({ type: 'response', status: 180 });
  invite.clock.advance(10_000);
  invite.put({ type: 'cancelled' });
  invite.clock.advance(31_999);
  expect(invite.taken()).toEqual(['0 transmit', '0 deliver']);
  invite.clock.advance(1);
  expect(invite.taken()).toEqual(['42000 cancelled', '42000 terminated']);
});

test('the final response stops the wait for a cancelled INVITE', () => {
  const invite = over('udp');
  invite.put({ type: 'response', status: 180 });
  invite.put({ type: 'cancelled' });
  invite.put({ type: 'response', status: 200 });
  invite.clock.advance(32_000);
  expect(invite.taken()).toEqual(['0 transmit', '0 deliver', '0 deliver', '32000 terminated']);
});

test('a transport error ends it, but not once it is accepted', () => {
  const calling = over('udp');
  calling.put({ type: 'transport-error' });
  expect(calling.taken()).toEqual(['0 transmit', '0 unreachable', '0 terminated']);
  expect(calling.clock.pending()).toBe(0);

  const accepted = over('udp');
  accepted.put({ type: 'response', status: 200 });
  accepted.put({ type: 'transport-error' });
  expect(accepted.state()).toBe('accepted');

  const completed = over('udp');
  completed.put({ type: 'response', status: 500 });
  completed.put({ type: 'transport-error' });
  expect(completed.taken().at(-1)).toBe('0 terminated');
});
