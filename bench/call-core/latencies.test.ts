import { expect, it } from 'vitest';
import { commandLatencies, inviteToBoard, type ProbeLine, readAnswers, readArrivals } from './latencies.ts';

const ns = (ms: number) => BigInt(Math.round(ms * 1e6));
const at = (ms: number) => String(ns(ms));
const received = (ms: number, callId: string): ProbeLine => ({
  kind: 'sip:received',
  at: at(ms),
  method: 'INVITE',
  callId,
});
const sent = (ms: number, method: string, callId: string): ProbeLine => ({
  kind: 'sip:sent',
  at: at(ms),
  method,
  callId,
});
const delivered = (callId: string, call: string): ProbeLine => ({ kind: 'sip-link:delivered', call, callId });
const board = (ms: number, ...calls: string[]): ProbeLine => ({ kind: 'contract:sent', at: at(ms), calls });
const command = (ms: number, type: string): ProbeLine => ({ kind: 'contract:received', at: at(ms), type });

it('pairs each INVITE with its own row, whatever the order of the rows', () => {
  const arrivals = readArrivals([
    received(10, 'a'),
    received(11, 'b'),
    delivered('b', '2'),
    board(13, '2'),
    delivered('a', '1'),
    board(16, '2', '1'),
  ]);
  expect(arrivals).toEqual([
    { callId: 'a', at: ns(10), call: '1', rowAt: ns(16) },
    { callId: 'b', at: ns(11), call: '2', rowAt: ns(13) },
  ]);
  expect(inviteToBoard(arrivals, 0n)).toEqual([6, 2]);
});

it('a lost INVITE shifts no later pair', () => {
  const arrivals = readArrivals([
    received(1, 'lost'),
    received(2, 'delivered-only'),
    delivered('delivered-only', '1'),
    received(10, 'c'),
    delivered('c', '2'),
    board(13, '2'),
  ]);
  expect(arrivals.map(({ callId, call, rowAt }) => [callId, call, rowAt])).toEqual([
    ['lost', null, null],
    ['delivered-only', '1', null],
    ['c', '2', ns(13)],
  ]);
  expect(inviteToBoard(arrivals, 0n)).toEqual([3]);
});

it('repeats, re-INVITEs, other methods and the own calls are no arrivals', () => {
  const arrivals = readArrivals([
    sent(0, 'INVITE', 'headset'),
    received(1, 'a'),
    received(2, 'a'),
    received(3, 'headset'),
    { kind: 'sip:received', at: at(4), method: 'OPTIONS', callId: 'ping' },
    { kind: 'sip:received', at: at(5), callId: 'headset' },
    sent(6, 'INVITE', 'a'),
    received(7, 'a'),
  ]);
  expect(arrivals.map(({ callId, at: when }) => [callId, when])).toEqual([['a', ns(1)]]);
});

it('what arrived before the warm-up was over is not measured', () => {
  const lines = [received(1, 'a'), delivered('a', '1'), board(4, '1'), received(6, 'b'), delivered('b', '2')];
  const arrivals = readArrivals([...lines, board(7, '1', '2')]);
  expect(inviteToBoard(arrivals, ns(6))).toEqual([1]);
  expect(inviteToBoard(arrivals, ns(7))).toEqual([]);
});

it('a command is paired with the first INVITE after it, and with none when there is none before the next', () => {
  const answers = readAnswers([
    sent(0, 'INVITE', 'headset'),
    command(20, 'answer'),
    sent(20.5, 'OPTIONS', 'x'),
    sent(21, 'INVITE', 'headset'),
    sent(22, 'INVITE', 'a'),
    command(30, 'clear'),
    command(40, 'answer'),
    command(50, 'answer'),
    sent(52, 'INVITE', 'headset'),
  ]);
  expect(answers).toEqual([
    { at: ns(20), sipAt: ns(21) },
    { at: ns(40), sipAt: null },
    { at: ns(50), sipAt: ns(52) },
  ]);
});

it('a call whose command never came, and one that was never heard, shift no other', () => {
  const answers = [
    { at: ns(20), sipAt: ns(21) },
    { at: ns(40), sipAt: null },
    { at: ns(60), sipAt: ns(63) },
  ];
  const heard = [
    { askedAt: ns(19), audioAt: ns(30) },
    { askedAt: ns(31), audioAt: ns(35) },
    { askedAt: ns(58), audioAt: ns(90) },
  ];
  expect(commandLatencies(heard, answers)).toEqual({ toSip: [1, 3], toAudio: [10, 30] });
});
