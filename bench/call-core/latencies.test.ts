import { expect, it } from 'vitest';
import { type ProbeLine, readLatencies } from './latencies.ts';

const ms = (value: number) => String(BigInt(Math.round(value * 1e6)));

it('pairs INVITEs with rows in the order of arrival, and commands with their first datagram', () => {
  const lines: ProbeLine[] = [
    { kind: 'sip:sent', at: ms(0), method: 'INVITE', callId: 'headset' },
    { kind: 'sip:received', at: ms(10), method: 'INVITE', callId: 'a' },
    { kind: 'sip:received', at: ms(11), method: 'INVITE', callId: 'b' },
    { kind: 'contract:sent', at: ms(13), calls: ['1'] },
    { kind: 'contract:sent', at: ms(15), calls: ['1', '2'] },
    { kind: 'sip:received', at: ms(16), method: 'INVITE', callId: 'a' },
    { kind: 'sip:received', at: ms(17), method: 'INVITE', callId: 'headset' },
    { kind: 'contract:received', at: ms(20), type: 'answer' },
    { kind: 'sip:sent', at: ms(20.5), method: 'OPTIONS', callId: 'x' },
    { kind: 'sip:sent', at: ms(21), method: 'INVITE', callId: 'headset' },
    { kind: 'sip:sent', at: ms(22), method: 'INVITE', callId: 'a' },
  ];
  expect(readLatencies(lines)).toEqual({
    inviteToBoard: [3, 4],
    commandToSip: [1],
    commandsAt: [20_000_000n],
    invites: 2,
    lost: 0,
  });
});

it('an INVITE that never became a row is lost', () => {
  const lines: ProbeLine[] = [
    { kind: 'sip:received', at: ms(1), method: 'INVITE', callId: 'a' },
    { kind: 'sip:received', at: ms(2), method: 'INVITE', callId: 'b' },
    { kind: 'contract:sent', at: ms(3), calls: ['1'] },
  ];
  expect(readLatencies(lines)).toMatchObject({ invites: 2, lost: 1 });
});
