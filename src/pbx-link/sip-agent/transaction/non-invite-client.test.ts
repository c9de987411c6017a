import { expect, test } from 'vitest';
import { recordMachine } from '../testing/machine-recorder.ts';
import { nonInviteClient, nonInviteClientStart } from './non-invite-client.ts';

const over = (transport: 'udp' | 'tcp') => {
  const machine = recordMachine(nonInviteClient, nonInviteClientStart, transport === 'tcp');
  machine.put({ type: 'start' });
  return machine;
};

test('timer E doubles up to T2 and timer F ends it at 64*T1 (17.1.2.2)', () => {
  const request = over('udp');
  request.clock.advance(40_000);
  expect(request.taken()).toEqual([
    '0 transmit',
    ...[500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500].map(
      (at) => `${at} retransmit`,
    ),
    '32000 timeout',
    '32000 terminated',
  ]);
  expect(request.clock.pending()).toBe(0);
});

test('a provisional slows the retransmissions to T2 and does not lift timer F', () => {
  const request = over('udp');
  request.put({ type: 'response', status: 100 });
  request.clock.advance(40_000);
  expect(request.taken().slice(0, 5)).toEqual([
    '0 transmit',
    '0 deliver',
    '500 retransmit',
    '4500 retransmit',
    '8500 retransmit',
  ]);
  expect(request.state()).toBe('terminated');
});

test('the final response is told once and timer K absorbs its copies for T4', () => {
  const request = over('udp');
  request.put({ type: 'response', status: 200 });
  request.put({ type: 'response', status: 200 });
  request.clock.advance(4_999);
  expect(request.state()).toBe('completed');
  request.clock.advance(1);
  expect(request.taken()).toEqual(['0 transmit', '0 deliver', '5000 terminated']);
});

test('over TCP there is neither E nor K', () => {
  const request = over('tcp');
  request.clock.advance(20_000);
  request.put({ type: 'response', status: 200 });
  expect(request.taken()).toEqual(['0 transmit', '20000 deliver', '20000 terminated']);
  expect(request.clock.pending()).toBe(0);
});

test('a transport error before the answer ends it', () => {
  const request = over('udp');
  request.put({ type: 'transport-error' });
  expect(request.taken()).toEqual(['0 transmit', '0 unreachable', '0 terminated']);
  const done = over('udp');
  done.put({ type: 'response', status: 404 });
  done.put({ type: 'transport-error' });
  expect(done.state()).toBe('completed');
});
