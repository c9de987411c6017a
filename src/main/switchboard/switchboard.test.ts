import { describe, expect, test } from 'vitest';
import type { Board } from '../../contract/board.ts';
import type { LinkCounters } from '../../contract/queries.ts';
import type { ExchangeOutcome } from '../../pbx-link/model/exchange-command.ts';
import { HandClock, settle } from '../../pbx-link/model/testing/hand-clock.ts';
import { StoreError } from '../store/store-error.ts';
import { createSwitchboard } from '../switchboard.ts';
import { delivered, READY, SAMPLE_POLICY, type Untimed } from '../testing/sample-desk.ts';
import { ScriptedLink } from '../testing/scripted-link.ts';
import { TestStore } from '../testing/test-store.ts';

async function bench(...events: readonly Untimed[]) {
  const clock = new HandClock();
  const link = new ScriptedLink(clock);
  const store = new TestStore();
  const boards: Board[] = [];
  const logged: { message: string; fields: Record<string, unknown> }[] = [];
  const counters: LinkCounters = { received: 7, malformed: { 'no-via': 2 } };
  let ids = 0;
  const switchboard = createSwitchboard({
    link,
    store,
    line: '8000',
    headset: '8001',
    policy: SAMPLE_POLICY,
    clock,
    log: (_level, message, fields = {}) => logged.push({ message, fields }),
    linkCounters: () => counters,
    newId: () => {
      ids += 1;
      return `id-${ids}`;
    },
  });
  switchboard.watch((board) => boards.push(board));
  switchboard.start();
  link.tell(...READY, ...events);
  await settle();
  return { clock, link, store, boards, logged, switchboard, counters };
}

const established = (call: string): Untimed => ({ type: 'established', call });
const cleared = (call: string): Untimed => ({ type: 'cleared', call, cause: { key: 'normal' }, by: 'party' });

describe('the board', () => {
  test('is published whole after each batch, with revisions that count up', async () => {
    const { boards, link } = await bench();
    const before = boards.length;
    link.tell(delivered('a'), delivered('b'));
    await settle();
    expect(boards).toHaveLength(before + 1);
    expect(boards.at(-1)?.calls.map(({ id }) => id)).toEqual(['a', 'b']);
    const revisions = boards.map(({ revision }) => revision);
    expect(revisions).toEqual(revisions.map((_none, index) => index + 1));
    expect(new Set(boards.map(({ epoch }) => epoch)).size).toBe(1);
  });

  test('is not published when nothing changed, nor to one who stopped watching', async () => {
    const { boards, link, switchboard } = await bench(delivered('a'));
    const before = boards.length;
    link.tell(delivered('a'));
    await settle();
    expect(boards).toHaveLength(before);
    const other: Board[] = [];
    switchboard.watch((board) => other.push(board))();
    link.tell(delivered('b'));
    await settle();
    expect(other).toEqual([]);
    expect(switchboard.board().calls).toHaveLength(2);
  });

  test('a watcher that throws does not keep it from the others', async () => {
    const { link, switchboard, boards, logged } = await bench();
    switchboard.watch(() => {
      throw new Error('broken');
    });
    const after: Board[] = [];
    switchboard.watch((board) => after.push(board));
    link.tell(delivered('a'));
    await settle();
    expect(after.at(-1)).toBe(boards.at(-1));
    expect(logged.at(-1)?.message).toBe('a listener of the board failed');
  });

  test('shows what the link can do now', async () => {
    const { link, switchboard } = await bench();
    link.capabilities = { ...link.capabilities, flash: { key: 'capability-missing' } };
    link.tell(delivered('a'));
    await settle();
    expect(switchboard.board().capabilities.flash).toEqual({ key: 'capability-missing' });
  });
});

describe('a command', () => {
  test('goes out, is pending on the board, and then done; the board changes with the event alone', async () => {
    const { link, switchboard, boards } = await bench(delivered('a'));
    let settleCommand: (outcome: ExchangeOutcome) => void = () => undefined;
    link.answer = () =>
      new Promise((resolve) => {
        settleCommand = resolve;
      });
    const result = await switchboard.execute({ type: 'answer', call: 'a', expect: 'queued' });
    expect(result).toMatchObject({ ok: true });
    const id = result.ok ? result.id : '';
    await settle();
    expect(link.asked.at(-1)).toEqual({ type: 'answer', call: 'a', hold: null });
    expect(boards.at(-1)?.outcomes.at(-1)).toMatchObject({ id, outcome: 'pending', by: 'operator' });
    expect(boards.at(-1)?.calls[0]?.connection.state).toBe('queued');
    link.tell(established('a'));
    settleCommand({ outcome: 'done' });
    await settle();
    expect(boards.at(-1)?.calls[0]?.connection.state).toBe('connected');
    expect(boards.at(-1)?.outcomes.at(-1)).toMatchObject({ id, outcome: 'done' });
  });

  test('is refused at once with the reason, and is no outcome then', async () => {
    const { switchboard } = await bench();
    const before = switchboard.board().outcomes.length;
    expect(await switchboard.execute({ type: 'enter' })).toEqual({
      ok: false,
      reason: { key: 'nothing-waiting' },
    });
    expect(switchboard.board().outcomes).toHaveLength(before);
  });

  test('given twice in one turn is sent once', async () => {
    const { switchboard, link } = await bench(delivered('a'));
    const results = await Promise.all([
      switchboard.execute({ type: 'enter' }),
      switchboard.execute({ type: 'enter' }),
    ]);
    expect(results.map(({ ok }) => ok)).toEqual([true, false]);
    expect(link.asked.filter(({ type }) => type === 'answer')).toHaveLength(1);
  });

  test('that does not settle is unknown when its time is up', async () => {
    const { switchboard, link, clock } = await bench(delivered('a'));
    link.answer = () => new Promise(() => undefined);
    await switchboard.execute({ type: 'enter' });
    await clock.pass(10_000);
    expect(switchboard.board().outcomes.at(-1)).toMatchObject({
      outcome: 'unknown',
      reason: { key: 'timeout' },
    });
  });

  test.each<['throws' | 'rejects', () => Promise<ExchangeOutcome>]>([
    ['rejects', () => Promise.reject(new Error('broken'))],
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
  ])('at which the link %s is refused', async (_how, answer) => {
    const { switchboard, link } = await bench(delivered('a'));
    link.answer = answer;
    await switchboard.execute({ type: 'enter' });
    await settle();
    expect(switchboard.board().outcomes.at(-1)).toMatchObject({
      outcome: 'refused',
      reason: { key: 'exchange-error' },
    });
  });

  test('of two parts ends with the first refusal', async () => {
    const { switchboard, link } = await bench();
    link.answer = ({ type }) =>
      Promise.resolve(
        type === 'unbind-headset'
          ? { outcome: 'refused', reason: { key: 'exchange-error' } }
          : { outcome: 'done' },
      );
    const before = link.asked.length;
    await switchboard.execute({ type: 'reset-headset' });
    await settle();
    expect(link.asked.slice(before)).toEqual([{ type: 'unbind-headset' }]);
    expect(switchboard.board().outcomes.at(-1)).toMatchObject({ type: 'reset-headset', outcome: 'refused' });
  });
});

test('what the desk does by itself is given and shown as its own', async () => {
  const { link, switchboard } = await bench(delivered('a'), established('a'), delivered('b'));
  link.tell({ type: 'held', call: 'a', by: 'self' }, established('b'), cleared('b'));
  await settle();
  expect(link.asked.at(-1)).toEqual({ type: 'retrieve', call: 'a', hold: null });
  expect(switchboard.board().outcomes.at(-1)).toMatchObject({
    type: 'retrieve',
    by: 'desk',
    outcome: 'done',
  });
});

test('a call held too long recalls by the clock, on the published board (X4)', async () => {
  const { link, boards, clock, switchboard } = await bench(delivered('a'), established('a'));
  await switchboard.execute({ type: 'hold' });
  link.tell({ type: 'held', call: 'a', by: 'hand' });
  await settle();
  const heldAt = clock.now();
  expect(boards.at(-1)?.calls[0]).toMatchObject({
    connection: { state: 'held', since: heldAt },
    recallDueAt: heldAt + 60_000,
    recalling: false,
  });
  await clock.pass(59_999);
  expect(boards.at(-1)?.calls[0]?.recalling).toBe(false);
  const before = boards.length;
  await clock.pass(1);
  expect(boards).toHaveLength(before + 1);
  expect(boards.at(-1)).toMatchObject({ at: heldAt + 60_000, calls: [{ id: 'a', recalling: true }] });
  // Back in hand and held anew, it has its whole time again.
  link.tell(established('a'), { type: 'held', call: 'a', by: 'hand' });
  await settle();
  expect(boards.at(-1)?.calls[0]).toMatchObject({ recalling: false, recallDueAt: heldAt + 120_000 });
  await clock.pass(60_000);
  expect(boards.at(-1)?.calls[0]?.recalling).toBe(true);
  expect(clock.waiting).toBe(0);
});

test('an event that cannot be is logged with both values, counted, and the truth is asked for', async () => {
  const { link, logged, boards } = await bench(delivered('a'));
  link.tell({ type: 'alerting', call: 'a' });
  await settle();
  expect(link.resyncs).toBe(1);
  expect(boards.at(-1)).toMatchObject({ anomalies: 1, calls: [{ connection: { state: 'queued' } }] });
  expect(logged.at(-1)?.fields).toMatchObject({
    note: 'alerting cannot be in state queued',
    event: { type: 'alerting', call: 'a' },
    anomalies: 1,
  });
});

describe('the call log', () => {
  test('is written after the board was published', async () => {
    const { link, store, switchboard } = await bench();
    const order: string[] = [];
    store.onWrite = () => order.push('log');
    switchboard.watch(() => order.push('board'));
    link.tell(delivered('a'));
    await settle();
    expect(order).toEqual(['board', 'log']);
    link.tell(established('a'), cleared('a'));
    await settle();
    expect(store.written.map(({ seq, event }) => [seq, event])).toEqual([
      [1, 'delivered'],
      [2, 'established'],
      [3, 'cleared'],
    ]);
  });

  test('that fails degrades the board, holds up no call, and is caught up', async () => {
    const { link, store, boards, clock } = await bench();
    store.fails = new StoreError('newer', 'the database has version 99');
    link.tell(delivered('a'));
    await settle();
    expect(boards.at(-1)).toMatchObject({
      degraded: { reason: { key: 'store-newer', detail: 'the database has version 99' } },
      calls: [{ id: 'a' }],
    });
    link.tell(established('a'));
    await settle();
    expect(boards.at(-1)?.calls[0]?.connection.state).toBe('connected');
    store.fails = null;
    await clock.pass(60_000);
    expect(boards.at(-1)?.degraded).toBeNull();
    expect(store.written.map(({ event }) => event)).toEqual(['delivered', 'established']);
  });
});

test("the link's counters are answered without the store, which answers every other question", async () => {
  const { switchboard, counters } = await bench();
  expect(await switchboard.query('link-counters', {})).toEqual(counters);
  await expect(switchboard.query('call-log', { limit: 1 })).rejects.toThrow('not asked here');
});

test('its end waits for the link, writes the last events, closes the store, and leaves no timer', async () => {
  const { link, store, switchboard, clock } = await bench(delivered('a'), established('a'));
  link.onStop = async () => {
    link.tell({ type: 'cleared', call: 'a', cause: { key: 'normal' }, by: 'operator' });
  };
  await switchboard.stop();
  expect(store.written.at(-1)).toMatchObject({ event: 'cleared', end: { by: 'operator' } });
  expect(store.closed).toBe(true);
  expect(clock.waiting).toBe(0);
});
