import { describe, expect, test } from 'vitest';
import type { ExchangeCommand, ExchangeOutcome } from './model/exchange-command.ts';
import type { ExchangeEvent } from './model/exchange-event.ts';
import type { ExchangeLink } from './model/exchange-link.ts';
import { superviseLink } from './supervised-link.ts';

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

class TestClock {
  time = 0;
  timers: { due: number; fn: () => void }[] = [];
  now = () => this.time;
  after = (ms: number, fn: () => void) => {
    const timer = { due: this.time + ms, fn };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  };
  async pass(ms: number): Promise<void> {
    await settle();
    const end = this.time + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.timers = this.timers.filter((other) => other !== next);
      this.time = next.due;
      next.fn();
      await settle();
    }
    this.time = end;
  }
  #next(end: number) {
    return this.timers.filter(({ due }) => due <= end).toSorted((a, b) => a.due - b.due)[0];
  }
}

function bench(change: Partial<ExchangeLink> = {}) {
  const clock = new TestClock();
  const logged: string[] = [];
  const heard: ExchangeEvent[] = [];
  let tell: (event: ExchangeEvent) => void = () => undefined;
  const resyncs: number[] = [];
  const link: ExchangeLink = {
    capabilities: {} as ExchangeLink['capabilities'],
    start: (listener) => {
      tell = listener;
    },
    execute: () => Promise.resolve<ExchangeOutcome>({ outcome: 'done' }),
    resync: () => {
      resyncs.push(clock.time);
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
    ...change,
  };
  const supervised = superviseLink(link, { clock, log: (_level, message) => logged.push(message) });
  supervised.start((event) => heard.push(event));
  return { clock, logged, heard, resyncs, supervised, tell: (event: ExchangeEvent) => tell(event) };
}

const hold: ExchangeCommand = { type: 'hold', call: 'a', by: 'hand' };
const link = (state: 'up' | 'down'): ExchangeEvent => ({ at: 0, type: 'link', state });
const snapshot: ExchangeEvent = { at: 0, type: 'snapshot', calls: [], extended: [] };

describe('commands', () => {
  test('pass through with their outcome, and leave no timer', async () => {
    const { supervised, clock } = bench();
    expect(await supervised.execute(hold)).toEqual({ outcome: 'done' });
    await settle();
    expect(clock.timers).toEqual([]);
  });

  test('settle even when the link does not', async () => {
    const { supervised, clock, logged } = bench({ execute: () => new Promise(() => undefined) });
    const outcome = supervised.execute(hold);
    await clock.pass(150_000);
    expect(await outcome).toEqual({ outcome: 'refused', reason: { key: 'timeout' } });
    expect(logged).toEqual(['the link did not settle a command']);
  });

  test.each([
    ['rejects', () => Promise.reject(new Error('broken'))],
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
  ])('are answered when the link %s', async (_how, execute) => {
    const { supervised, logged } = bench({ execute });
    expect(await supervised.execute(hold)).toEqual({ outcome: 'refused', reason: { key: 'exchange-error' } });
    expect(logged).toEqual(['the link threw at a command']);
  });
});

describe('the truth after an outage', () => {
  test('is asked for when the link is up again', async () => {
    const { tell, resyncs, clock } = bench();
    tell(link('up'));
    await clock.pass(60_000);
    expect(resyncs).toHaveLength(0);
    tell(link('down'));
    tell(link('up'));
    await clock.pass(1_000);
    expect(resyncs).toHaveLength(1);
  });

  test('is not asked for when the link tells it by itself', async () => {
    const { tell, resyncs, clock } = bench();
    tell({ at: 0, type: 'link', state: 'connecting' });
    tell(link('up'));
    tell(snapshot);
    await clock.pass(60_000);
    expect(resyncs).toHaveLength(0);
  });

  test('is asked for again, ever more rarely, until it comes', async () => {
    const { tell, resyncs, clock } = bench();
    tell(link('down'));
    tell(link('up'));
    await clock.pass(60_000);
    const gaps = resyncs.slice(1).map((at, index) => at - (resyncs[index] ?? 0));
    expect(gaps.length).toBeGreaterThan(2);
    expect(gaps).toEqual(gaps.toSorted((a, b) => a - b));
    const asked = resyncs.length;
    tell(snapshot);
    await clock.pass(120_000);
    // One that was under way may still be sent.
    expect(resyncs.length).toBeLessThanOrEqual(asked + 1);
  });

  test('is limited in rate: many requests become one', async () => {
    const { supervised, resyncs, clock } = bench();
    for (let time = 0; time < 100; time += 1) {
      void supervised.resync();
      await clock.pass(10);
    }
    await clock.pass(10_000);
    expect(resyncs).toHaveLength(2);
  });

  test('a link that throws or hangs at it does no harm', async () => {
    const throwing = bench({ resync: () => Promise.reject(new Error('broken')) });
    await throwing.supervised.resync();
    expect(throwing.logged).toEqual(['the link threw at a resync']);
    const hanging = bench({ resync: () => new Promise(() => undefined) });
    const done = hanging.supervised.resync();
    await hanging.clock.pass(10_000);
    await done;
    expect(hanging.logged).toEqual(['the link did not end a resync in time']);
  });
});

describe('the end', () => {
  test('events while the link stops are heard, those after it are dropped and told', async () => {
    const stopping = bench({
      stop: async () => {
        stopping.tell(link('down'));
      },
    });
    await stopping.supervised.stop();
    stopping.tell(snapshot);
    expect(stopping.heard).toEqual([link('down')]);
    expect(stopping.logged).toEqual(['an event after stop was dropped']);
    expect(await stopping.supervised.execute(hold)).toEqual({
      outcome: 'refused',
      reason: { key: 'stopped' },
    });
  });

  test('does not wait for ever', async () => {
    const { supervised, clock, logged } = bench({ stop: () => new Promise(() => undefined) });
    const stopped = supervised.stop();
    await clock.pass(5_000);
    await stopped;
    expect(logged).toEqual(['the link did not stop in time']);
  });

  test('ends a resync that waits for its turn', async () => {
    const { supervised, resyncs, clock } = bench();
    await supervised.resync();
    const waiting = supervised.resync();
    await supervised.stop();
    await waiting;
    await clock.pass(60_000);
    expect(resyncs).toHaveLength(1);
  });
});
