import { expect, it } from 'vitest';
import { HandClock } from '../model/testing/hand-clock.ts';
import type { Answer, Exchange } from './exchange.ts';
import { Registration, refreshAfterMs } from './registration.ts';

const final = (status: number, headers: Record<string, string> = {}, from = '10.0.0.2') =>
  ({
    kind: 'final',
    res: { status, reason: '', source_address: from, get: (name: string) => headers[name] },
  }) as unknown as Answer;

function line(...answers: Answer[]) {
  const clock = new HandClock();
  const asked: { expires: number; cseq: number }[] = [];
  const told: string[] = [];
  const exchange = {
    uri: () => 'sip:h',
    contact: () => '<sip:8000@localhost>',
    ask: async (
      _m: string,
      _u: string,
      headers: Record<string, string>,
      _t: number,
      options: { firstCSeq: number },
    ) => {
      asked.push({ expires: Number(headers.Expires), cseq: options.firstCSeq });
      return answers.shift() ?? final(200, { Contact: '<sip:8000@h>;expires=100' });
    },
  } as unknown as Exchange;
  const one = new Registration({
    exchange,
    clock,
    expires: 300,
    callId: 'c',
    ownHost: () => '10.0.0.9',
    report: (state) => told.push('reason' in state ? `${state.state} ${state.reason.key}` : state.state),
  });
  return { clock, asked, told, one };
}

it('refreshes in time by what was granted, with a rising CSeq', async () => {
  const { clock, asked, told, one } = line();
  expect(await one.register()).toBe(true);
  await clock.pass(refreshAfterMs(100) * 3);
  expect(asked).toHaveLength(4);
  expect(asked.every(({ cseq }, i) => i === 0 || cseq > (asked[i - 1]?.cseq ?? 0))).toBe(true);
  expect(told.filter((state) => state === 'registered')).toHaveLength(4);
});

it.each([
  [3600, 1_800_000],
  [100, 50_000],
  [60, 30_000],
  [12, 2000],
  [5, 1000],
])('a registration of %i s is refreshed after %i ms', (granted, ms) => {
  expect(refreshAfterMs(granted)).toBe(ms);
});

it('an interval too brief is asked again as the exchange wants it (423)', async () => {
  const { asked, one } = line(final(423, { 'Min-Expires': '900' }));
  expect(await one.register()).toBe(true);
  expect(asked.map(({ expires }) => expires)).toEqual([300, 900]);
});

it.each([
  [final(401), 'wrong-secret'],
  [final(403), 'forbidden'],
  [final(404), 'unknown-line'],
  [final(408, {}, ''), 'exchange-silent'],
  [{ kind: 'none', why: '' } as Answer, 'exchange-silent'],
])('refused: the reason is told, and it is tried again ever more seldom', async (answer, key) => {
  const { clock, asked, told, one } = line(answer, answer, answer);
  expect(await one.register()).toBe(false);
  expect(told).toEqual(['registering', `refused ${key}`]);
  await clock.pass(1000);
  expect(asked).toHaveLength(2);
  await clock.pass(1999);
  expect(asked).toHaveLength(2);
  await clock.pass(1);
  expect(asked).toHaveLength(3);
  await clock.pass(4000);
  expect(told.at(-1)).toBe('registered');
});

it.each([
  ['<sip:8000@10.0.0.5:5060>;expires=3500, <sip:8000@10.0.0.9:5060>;expires=12', 12],
  ['<sip:8000@10.0.0.9:5060>;expires=100,<sip:8000@10.0.0.5>;expires=5', 100],
  ['<sip:8000@1.1.1.1>;expires=70, <sip:8000@2.2.2.2>;expires=60', 60],
])('among the bindings of other positions its own one counts', async (contact, granted) => {
  const { clock, asked, one } = line(final(200, { Contact: contact }));
  await one.register();
  await clock.pass(refreshAfterMs(granted) - 1);
  expect(asked).toHaveLength(1);
  await clock.pass(1);
  expect(asked).toHaveLength(2);
});

it('stopped before anything was accepted it says nothing and tries no more', async () => {
  const { clock, asked, one } = line(final(401));
  await one.register();
  await one.unregister();
  await clock.pass(3600_000);
  expect(asked).toHaveLength(1);
});

it('asked twice at once it registers once', async () => {
  const { asked, one } = line();
  await Promise.all([one.register(), one.register()]);
  expect(asked).toHaveLength(1);
});

it('unregistered it stays so', async () => {
  const { clock, asked, told, one } = line();
  await one.register();
  await one.unregister();
  expect(asked.at(-1)?.expires).toBe(0);
  await clock.pass(3600_000);
  expect([told.at(-1), clock.waiting, asked.length]).toEqual(['unregistered', 0, 2]);
});
