import { describe, expect, test } from 'vitest';
import {
  delivered,
  deskAfter,
  eventsTo,
  initiated,
  READY,
  thenDesk,
  type Untimed,
} from '../testing/sample-desk.ts';
import type { BoardEvent, Verdict } from './board-event.ts';
import { reduce } from './reduce.ts';

const target = { number: '8004', name: '' };

/** Every event that can come, each about call `c` where it is about a call. */
const EVENTS: Readonly<Record<BoardEvent['type'], Untimed | BoardEvent>> = {
  link: { type: 'link', state: 'up' },
  line: { type: 'line', state: 'refused', reason: { key: 'wrong-secret' } },
  headset: { type: 'headset', state: 'lost' },
  delivered: delivered('c'),
  initiated: initiated('c'),
  alerting: { type: 'alerting', call: 'c' },
  established: { type: 'established', call: 'c' },
  held: { type: 'held', call: 'c', by: 'self' },
  muted: { type: 'muted', on: true },
  'party-changed': { type: 'party-changed', call: 'c', party: { number: '1', name: 'One' } },
  failed: { type: 'failed', call: 'c', cause: { key: 'busy' } },
  cleared: { type: 'cleared', call: 'c', cause: { key: 'normal' }, by: 'party' },
  extended: { type: 'extended', call: 'c', target },
  'extended-ended': { type: 'extended-ended', call: 'c', outcome: 'answered', cause: { key: 'normal' } },
  'seat-checked': { type: 'seat-checked', items: [] },
  snapshot: { type: 'snapshot', calls: [{ call: 'c', state: 'connected' }], extended: [] },
  'command-issued': {
    type: 'command-issued',
    at: 1,
    id: '1',
    by: 'operator',
    command: 'clear',
    call: 'c',
    commands: [{ type: 'clear', call: 'c' }],
    placing: null,
    dismiss: [],
  },
  'command-settled': { type: 'command-settled', at: 1, id: 'never issued', result: { outcome: 'done' } },
  clock: { type: 'clock', at: 1 },
  capabilities: { type: 'capabilities', at: 1, capabilities: deskAfter([]).board.capabilities },
  store: { type: 'store', at: 1, degraded: null },
};

// L legal, i ignored (known already, or crossed on the way), A anomaly (cannot be).
const STATES = [
  'unknown',
  'queued',
  'initiated',
  'alerting',
  'connected',
  'held',
  'failed',
  'cleared',
  'extended',
] as const;
const TABLE: Readonly<Record<BoardEvent['type'], string>> = {
  //                  unknown queued initiated alerting connected held failed cleared extended
  link: '              L       L      L         L        L         L    L      L       L',
  line: '              L       L      L         L        L         L    L      L       L',
  headset: '           L       L      L         L        L         L    L      L       L',
  delivered: '         L       i      A         A        A         A    A      L       L',
  initiated: '         L       A      i         A        A         A    A      A       A',
  alerting: '          A       A      L         i        A         A    A      A       A',
  established: '       A       L      L         L        i         L    A      A       L',
  held: '              A       A      A         A        L         i    A      A       L',
  muted: '             L       L      L         L        L         L    L      L       L',
  'party-changed': '   A       L      L         L        L         L    L      i       L',
  failed: '            A       A      L         L        A         A    i      i       A',
  cleared: '           A       L      L         L        L         L    i      i       A',
  extended: '          A       A      A         A        L         L    A      A       L',
  'extended-ended': '  A       A      A         A        A         A    A      i       L',
  'seat-checked': '    L       L      L         L        L         L    L      L       L',
  snapshot: '          L       L      L         L        L         L    L      L       L',
  'command-issued': '  L       L      L         L        L         L    L      L       L',
  'command-settled': ' A       A      A         A        A         A    A      A       A',
  clock: '             L       L      L         L        L         L    L      L       L',
  capabilities: '      L       L      L         L        L         L    L      L       L',
  store: '             L       L      L         L        L         L    L      L       L',
};
const VERDICTS: Readonly<Record<string, Verdict>> = { L: 'legal', i: 'ignored', A: 'anomaly' };

describe('every state and every event', () => {
  const cases = Object.entries(TABLE).flatMap(([type, row]) =>
    row
      .trim()
      .split(/\s+/)
      .map((letter, column) => ({
        type: type as BoardEvent['type'],
        state: STATES[column] ?? 'unknown',
        verdict: VERDICTS[letter],
      })),
  );

  test('the table is complete', () => {
    expect(cases).toHaveLength(Object.keys(EVENTS).length * STATES.length);
  });

  test.each(cases)('$type in state $state: $verdict', ({ type, state, verdict }) => {
    const before = deskAfter([...READY, ...eventsTo('c', state)]);
    const event = { at: 99_000, ...EVENTS[type] } as BoardEvent;
    const after = reduce(before, event);
    expect(after.verdict).toBe(verdict);
    // Only an anomaly is counted, and it changes nothing else; it and what is ignored say why.
    expect(after.desk.board.anomalies).toBe(verdict === 'anomaly' ? 1 : 0);
    if (verdict === 'legal') return;
    const same = { ...after.desk.board, anomalies: 0, at: 0 };
    expect(same).toEqual({ ...before.board, at: 0 });
    expect(after.note).toContain(verdict === 'anomaly' ? type : ' ');
  });
});

describe('sides', () => {
  const sides = (events: readonly (Untimed | BoardEvent)[]) => {
    const { board } = deskAfter([...READY, ...events]);
    return [board.source, board.destination];
  };
  const held = (call: string, by: 'hand' | 'self' = 'self'): Untimed => ({ type: 'held', call, by });
  const established = (call: string): Untimed => ({ type: 'established', call });
  const cleared = (call: string): Untimed => ({
    type: 'cleared',
    call,
    cause: { key: 'normal' },
    by: 'party',
  });

  test('the first call in hand is the source, one made then is the destination', () => {
    expect(sides([delivered('a'), established('a')])).toEqual(['a', null]);
    expect(sides([initiated('x')])).toEqual(['x', null]);
    expect(sides([delivered('a'), established('a'), held('a'), initiated('x')])).toEqual(['a', 'x']);
  });

  test('a call answered while talking is the new source', () => {
    expect(sides([delivered('a'), established('a'), delivered('b'), held('a'), established('b')])).toEqual([
      'b',
      null,
    ]);
    // also when the exchange tells the answer before the hold
    expect(sides([delivered('a'), established('a'), delivered('b'), established('b'), held('a')])).toEqual([
      'b',
      null,
    ]);
  });

  test('a swap keeps the sides, and the destination takes the place of a source that hangs up', () => {
    const consulting = [delivered('a'), established('a'), held('a'), initiated('x'), established('x')];
    expect(sides([...consulting, held('x'), established('a')])).toEqual(['a', 'x']);
    expect(sides([...consulting, cleared('a')])).toEqual(['x', null]);
    expect(sides([...consulting, cleared('x')])).toEqual(['a', null]);
  });

  test('a call held by hand leaves its side', () => {
    expect(sides([delivered('a'), established('a'), held('a', 'hand')])).toEqual([null, null]);
  });

  test('a destination that failed stays until a new one replaces it, and goes with the source', () => {
    const failed = [
      delivered('a'),
      established('a'),
      held('a'),
      initiated('x'),
      { type: 'failed', call: 'x', cause: { key: 'busy' } } as const,
    ];
    expect(sides(failed)).toEqual(['a', 'x']);
    const again = deskAfter([...READY, ...failed, initiated('y')]).board;
    expect([again.source, again.destination]).toEqual(['a', 'y']);
    expect(again.calls.map(({ id }) => id)).toEqual(['a', 'y']);
    expect(again.ended.map(({ id, cause }) => [id, cause.key])).toEqual([['x', 'busy']]);
    const alone = deskAfter([...READY, ...failed, cleared('a')]).board;
    expect(alone.calls).toEqual([]);
    expect([alone.source, alone.destination]).toEqual([null, null]);
  });
});

describe('both waits (X3), and the record that travels with the call (X4)', () => {
  test('this wait begins anew, the total wait does not', () => {
    const desk = deskAfter([...READY, delivered('a')]);
    const arrived = desk.board.at;
    const talking = thenDesk(desk, [{ type: 'established', call: 'a' }]);
    expect(talking.board.calls[0]).toMatchObject({
      arrivedAt: arrived,
      waitingSince: null,
      answeredAt: talking.board.at,
    });
    const held = thenDesk(talking, [{ type: 'held', call: 'a', by: 'hand' }]);
    expect(held.board.calls[0]).toMatchObject({ arrivedAt: arrived, waitingSince: held.board.at });
  });

  test('a transferred call comes back with its record and why', () => {
    const away = deskAfter([...READY, ...eventsTo('a', 'extended')]);
    const { calls, extended } = away.board;
    expect(calls).toEqual([]);
    expect(extended[0]).toMatchObject({ id: 'a', state: 'ringing', target });
    const recall = { reason: 'busy', target: '8004' } as const;
    const back = thenDesk(away, [delivered('a', { recall, calledNumber: 'other' })]);
    expect(back.board.extended).toEqual([]);
    expect(back.board.calls[0]).toMatchObject({
      id: 'a',
      arrivedAt: extended[0]?.arrivedAt,
      answeredAt: extended[0]?.answeredAt,
      calledNumber: '8000',
      recall,
      connection: { state: 'queued', since: back.board.at },
    });
  });

  test('what became of it is told, and leaves the board after a minute', () => {
    const answered = deskAfter([
      ...READY,
      ...eventsTo('a', 'extended'),
      { type: 'extended-ended', call: 'a', outcome: 'answered', cause: { key: 'normal' } },
    ]);
    expect(answered.board.extended[0]).toMatchObject({ state: 'answered', since: answered.board.at });
    const { at } = answered.board;
    expect(thenDesk(answered, [{ type: 'clock', at: at + 59_999 }]).board.extended).toHaveLength(1);
    expect(thenDesk(answered, [{ type: 'clock', at: at + 60_000 }]).board.extended).toEqual([]);
  });
});

describe('a link that is down (X6)', () => {
  const down = deskAfter([
    ...READY,
    ...eventsTo('a', 'connected'),
    ...eventsTo('b', 'queued'),
    ...eventsTo('c', 'extended'),
    { type: 'link', state: 'down', reason: { key: 'exchange-silent' } },
  ]);

  test('marks what may be wrong until the exchange has told the truth', () => {
    expect(down.board.calls.map(({ id, stale }) => [id, stale])).toEqual([
      ['a', true],
      ['b', true],
    ]);
    expect(down.board.extended[0]?.stale).toBe(true);
    const up = thenDesk(down, [{ type: 'link', state: 'up' }]);
    expect(up.board.calls.every(({ stale }) => stale)).toBe(true);
    const told = thenDesk(up, [
      {
        type: 'snapshot',
        calls: [
          { call: 'a', state: 'connected' },
          { call: 'b', state: 'queued' },
        ],
        extended: ['c'],
      },
    ]);
    expect(told.board.calls.some(({ stale }) => stale)).toBe(false);
    expect(told.board.extended[0]).toMatchObject({ state: 'ringing', stale: false });
    // An event of a call is the truth about that call.
    const one = thenDesk(up, [{ type: 'established', call: 'a' }]);
    expect(one.board.calls.map(({ id, stale }) => [id, stale])).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });

  test('and the snapshot wins: gone, changed, adopted, no longer followed', () => {
    const told = thenDesk(down, [
      { type: 'link', state: 'up' },
      {
        type: 'snapshot',
        calls: [
          { call: 'b', state: 'held' },
          { call: 'n', state: 'connected' },
        ],
        extended: [],
      },
    ]);
    expect(told.board.calls.map(({ id, connection }) => [id, connection.state])).toEqual([
      ['b', 'held'],
      ['n', 'connected'],
    ]);
    expect(told.board.ended.at(-1)).toMatchObject({ id: 'a', cause: { key: 'link-lost' } });
    expect(told.board.source).toBe('n');
    expect(told.board.extended[0]?.state).toBe('unknown');
    const [last] = [reduce(down, { type: 'snapshot', at: 99_000, calls: [], extended: ['c'] })];
    expect(last?.note).toContain('call a is gone');
  });

  test("a call that failed is the desk's own: no truth of the exchange removes it", () => {
    const failed = deskAfter([
      ...READY,
      ...eventsTo('x', 'failed'),
      { type: 'snapshot', calls: [], extended: [] },
    ]);
    expect(failed.board.calls[0]?.connection.state).toBe('failed');
  });

  test('a call that rings is not thought to have stopped', () => {
    const ringing = deskAfter([...READY, ...eventsTo('x', 'alerting')]);
    const told = thenDesk(ringing, [
      { type: 'snapshot', calls: [{ call: 'x', state: 'initiated' }], extended: [] },
    ]);
    expect(told.board.calls[0]?.connection.state).toBe('alerting');
  });
});

test('since is kept while a condition stays, and moves when it changes', () => {
  const desk = deskAfter([{ type: 'link', state: 'down', reason: { key: 'exchange-silent' } }]);
  const still = thenDesk(desk, [{ type: 'link', state: 'down', reason: { key: 'exchange-unreachable' } }]);
  expect(still.board.link).toEqual({
    state: 'down',
    since: desk.board.at,
    reason: { key: 'exchange-unreachable' },
  });
  const up = thenDesk(still, [{ type: 'link', state: 'up' }]);
  expect(up.board.link).toEqual({ state: 'up', since: up.board.at, reason: null });
});

test('mute is forgotten with the headset phone', () => {
  const muted = deskAfter([...READY, ...eventsTo('a', 'connected'), { type: 'muted', on: true }]);
  expect(muted.board.headset.muted).toBe(true);
  expect(thenDesk(muted, [{ type: 'headset', state: 'lost' }]).board.headset.muted).toBe(false);
});
