import { expect, it } from 'vitest';
import type { Reason } from '../model/reason.ts';
import { HandClock } from '../model/testing/hand-clock.ts';
import type { Answer, Exchange } from './exchange.ts';
import { ExchangeWatch, PING_MS } from './exchange-watch.ts';

const answered = (status: number, from = '10.0.0.2') =>
  ({ kind: 'final', res: { status, source_address: from } }) as unknown as Answer;
const silent: Answer = { kind: 'none', why: 'no answer in time' };

function watch() {
  const clock = new HandClock();
  const state = {
    call: 'alive' as 'alive' | 'gone' | 'unknown',
    answers: [] as Answer[],
    usual: answered(401),
    address: '10.0.0.9' as string | null,
  };
  const told: (string | null)[] = [];
  const exchange = {
    uri: () => 'sip:h',
    ask: async () => state.answers.shift() ?? state.usual,
  } as unknown as Exchange;
  const one = new ExchangeWatch({
    exchange,
    clock,
    localAddress: async () => state.address,
    probe: async () => state.call,
    events: {
      down: (reason: Reason) => told.push(`down ${reason.key}`),
      doubt: (reason) => told.push(reason === null ? 'up' : reason.key),
    },
  });
  return { clock, state, told, one };
}

it('any answer that the exchange itself made is life, whatever its status', async () => {
  for (const status of [200, 401, 404, 503]) {
    const { told, one, state } = watch();
    state.usual = answered(status);
    await one.start();
    expect(told).toEqual(['up']);
  }
});

it('says down once, and up again once', async () => {
  const { clock, state, told, one } = watch();
  await one.start();
  state.usual = silent;
  await clock.pass(4 * PING_MS);
  expect(told).toEqual(['up', 'down exchange-silent']);
  state.usual = answered(401);
  await clock.pass(3 * PING_MS);
  expect(told).toEqual(['up', 'down exchange-silent', 'up']);
});

it('a port that nobody listens on is asked twice before it counts', async () => {
  const { clock, state, told, one } = watch();
  await one.start();
  state.answers.push(answered(503, ''));
  await clock.pass(PING_MS);
  expect(told).toEqual(['up']);
  state.answers.push(answered(503, ''), answered(503, ''));
  await clock.pass(PING_MS);
  expect(told).toEqual(['up', 'down exchange-unreachable']);
});

it("the stack's own 408 is silence", async () => {
  const { state, told, one } = watch();
  state.usual = answered(408, '');
  await one.start();
  expect(told).toEqual(['down exchange-silent']);
});

it('doubts everything after a sleep, and after the own address has changed', async () => {
  const { clock, state, told, one } = watch();
  await one.start();
  clock.sleep(8 * 3600_000);
  await clock.pass(PING_MS);
  expect(told).toEqual(['up', 'resumed-from-sleep']);
  state.address = '10.0.0.77';
  await clock.pass(PING_MS);
  expect(told.at(-1)).toBe('address-changed');
  expect(one.address).toBe('10.0.0.77');
  await clock.pass(3 * PING_MS);
  expect(told).toHaveLength(3);
});

it('a network that is away for a moment is no new address', async () => {
  const { clock, state, told, one } = watch();
  await one.start();
  state.address = null;
  await clock.pass(2 * PING_MS);
  state.address = '10.0.0.9';
  await clock.pass(2 * PING_MS);
  expect(told).toEqual(['up']);
});

it('a move during an outage is told when the exchange answers again', async () => {
  const { clock, state, told, one } = watch();
  await one.start();
  state.usual = silent;
  state.address = '10.0.0.77';
  await clock.pass(2 * PING_MS);
  state.usual = answered(401);
  await clock.pass(PING_MS);
  expect(told).toEqual(['up', 'down exchange-silent', 'address-changed']);
});

it('an exchange that was restarted between two pings is found out by asking for a call', async () => {
  const { clock, state, told, one } = watch();
  await one.start();
  state.call = 'gone';
  await clock.pass(2 * PING_MS);
  expect(told).toEqual(['up', 'up']);
  state.call = 'unknown';
  await clock.pass(6 * PING_MS);
  expect(told).toHaveLength(2);
});

it('stopped it asks no more', async () => {
  const { clock, told, one, state } = watch();
  await one.start();
  one.stop();
  state.usual = silent;
  await clock.pass(10 * PING_MS);
  expect([told, clock.waiting]).toEqual([['up'], 0]);
});
