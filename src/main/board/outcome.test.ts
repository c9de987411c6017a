import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../contract/board.ts';
import type { OperatorCommand } from '../../contract/operator-command.ts';
import type { Recall } from '../../pbx-link/model/call.ts';
import type { ExchangeOutcome } from '../../pbx-link/model/exchange-command.ts';
import type { Reason } from '../../pbx-link/model/reason.ts';
import { delivered, deskAfter, initiated, READY, thenDesk, type Untimed } from '../testing/sample-desk.ts';
import type { BoardEvent } from './board-event.ts';
import { decide } from './decide.ts';
import type { Desk, DeskPolicy } from './desk.ts';
import { reduce } from './reduce.ts';

// X5: every action ends in done or refused with the reason, also when the reason comes after the exchange took it.

const established = (call: string): Untimed => ({ type: 'established', call });
const held = (call: string): Untimed => ({ type: 'held', call, by: 'self' });
const extended = (call: string): Untimed => ({
  type: 'extended',
  call,
  target: { number: '8004', name: '' },
});
const back = (call: string, reason: Recall['reason'] = 'busy'): Untimed =>
  delivered(call, { recall: { reason, target: '8004' } });
const cleared = (call: string): Untimed => ({
  type: 'cleared',
  call,
  cause: { key: 'normal' },
  by: 'operator',
});
const failed = (call: string, cause: Reason = { key: 'busy', detail: '486 Busy Here' }): Untimed => ({
  type: 'failed',
  call,
  cause,
});
const settled = (id: string, result: ExchangeOutcome = { outcome: 'done' }): BoardEvent =>
  ({ type: 'command-settled', id, result }) as BoardEvent;
const REFUSED: ExchangeOutcome = { outcome: 'refused', reason: { key: 'unknown-number' } };

const talking = [delivered('a'), established('a')];
const ringing = [...talking, held('a'), initiated('x'), { type: 'alerting', call: 'x' } as const];

/** The desk with the command under way; its id is `id`, a call that it makes is `n`. */
function issue(desk: Desk, id: string, command: OperatorCommand): Desk {
  const decision = decide(desk, command, () => 'n');
  if (!decision.ok) throw new Error(`refused: ${decision.reason.key}`);
  const { ok: _ok, ...issued } = decision;
  return thenDesk(desk, [{ type: 'command-issued', at: desk.board.at, id, by: 'operator', ...issued }]);
}

const start = (events: readonly Untimed[], policy: Partial<DeskPolicy> = {}) =>
  deskAfter([...READY, ...events], policy);
const transfer: OperatorCommand = { type: 'transfer', number: '8004' };
const outcomes = ({ board }: Desk): readonly [string, Outcome['outcome'], Reason | null][] =>
  board.outcomes.map(({ id, outcome, reason }) => [id, outcome, reason]);

describe('a call that was sent away and comes back', () => {
  test.each<[string, readonly Untimed[], OperatorCommand, Partial<DeskPolicy>]>([
    ['transfer', talking, transfer, {}],
    ['dial as a transfer', talking, { type: 'dial', digits: '8004' }, { dialInCall: 'transfer' }],
    ['complete', ringing, { type: 'complete' }, {}],
    ['enter', ringing, { type: 'enter' }, {}],
    ['leave', ringing, { type: 'leave' }, {}],
  ])('by %s', (_name, events, command, policy) => {
    const sent = issue(start(events, policy), '1', command);
    const gone = command.type === 'transfer' || command.type === 'dial' ? [] : [cleared('x')];
    const away = thenDesk(sent, [...gone, extended('a'), settled('1')]);
    expect(outcomes(away)).toEqual([['1', 'done', null]]);
    const returned = thenDesk(away, [back('a', 'no-answer')]);
    expect(outcomes(returned)).toEqual([['1', 'refused', { key: 'no-answer' }]]);
    // The event line shows it again.
    expect(returned.board.outcomes[0]?.at).toBe(returned.board.at);
    expect(returned.board.at).toBeGreaterThan(away.board.outcomes[0]?.at ?? 0);
  });

  test.each<[Recall['reason'], Reason['key']]>([
    ['busy', 'busy'],
    ['no-answer', 'no-answer'],
    ['unreachable', 'not-registered'],
    ['park', 'returned'],
    ['returned', 'returned'],
  ])('for the reason %s: %s', (reason, key) => {
    const away = thenDesk(issue(start(talking), '1', transfer), [extended('a'), settled('1')]);
    expect(outcomes(thenDesk(away, [back('a', reason)]))).toEqual([['1', 'refused', { key }]]);
  });

  test('changes the newest command alone, each time', () => {
    const first = thenDesk(issue(start(talking), '1', transfer), [extended('a'), settled('1'), back('a')]);
    const again = thenDesk(issue(first, '2', { type: 'answer' }), [established('a'), settled('2')]);
    const second = thenDesk(issue(again, '3', transfer), [extended('a'), settled('3')]);
    expect(outcomes(thenDesk(second, [back('a', 'no-answer')]))).toEqual([
      ['1', 'refused', { key: 'busy' }],
      ['2', 'done', null],
      ['3', 'refused', { key: 'no-answer' }],
    ]);
  });

  test('before the exchange has confirmed: refused when that comes, and never done', () => {
    const early = thenDesk(issue(start(talking), '1', transfer), [extended('a'), back('a')]);
    expect(outcomes(early)).toEqual([['1', 'pending', null]]);
    const confirmed = thenDesk(early, [settled('1')]);
    expect(outcomes(confirmed)).toEqual([['1', 'refused', { key: 'busy' }]]);
    expect(() => thenDesk(confirmed, [settled('1')])).toThrow('command-settled cannot be');
    const { deadline = 0 } = early.pending[0] ?? {};
    const late = thenDesk(early, [{ type: 'clock', at: deadline }]);
    expect(outcomes(late)).toEqual([['1', 'refused', { key: 'busy' }]]);
  });

  test('when the outcome is unknown: refused, and the late answer of the link changes nothing', () => {
    const sent = thenDesk(issue(start(talking), '1', transfer), [extended('a')]);
    const { deadline = 0 } = sent.pending[0] ?? {};
    const unknown = thenDesk(sent, [{ type: 'clock', at: deadline }]);
    expect(outcomes(unknown)).toEqual([['1', 'unknown', { key: 'timeout' }]]);
    const returned = thenDesk(unknown, [back('a')]);
    expect(outcomes(returned)).toEqual([['1', 'refused', { key: 'busy' }]]);
    const { desk, verdict } = reduce(returned, { ...settled('1'), at: returned.board.at });
    expect(verdict).toBe('ignored');
    expect(outcomes(desk)).toEqual(outcomes(returned));
    expect(() => thenDesk(desk, [settled('1')])).toThrow('command-settled cannot be');
  });

  test("the link's own refusal stands", () => {
    const refused = thenDesk(issue(start(talking), '1', transfer), [extended('a'), back('a')]);
    expect(outcomes(thenDesk(refused, [settled('1', REFUSED)]))).toEqual([
      ['1', 'refused', { key: 'unknown-number' }],
    ]);
    const before = thenDesk(issue(start(talking), '1', transfer), [settled('1', REFUSED)]);
    expect(outcomes(thenDesk(before, [extended('a'), back('a')]))).toEqual([
      ['1', 'refused', { key: 'unknown-number' }],
    ]);
  });

  test('after it was answered there: done, unless the exchange says that the target failed', () => {
    const answered = thenDesk(issue(start(talking), '1', transfer), [
      extended('a'),
      settled('1'),
      { type: 'extended-ended', call: 'a', outcome: 'answered', cause: { key: 'normal' } },
    ]);
    expect(outcomes(thenDesk(answered, [back('a', 'park')]))).toEqual([['1', 'done', null]]);
    expect(outcomes(thenDesk(answered, [back('a', 'returned')]))).toEqual([['1', 'done', null]]);
    expect(outcomes(thenDesk(answered, [back('a', 'no-answer')]))).toEqual([
      ['1', 'refused', { key: 'no-answer' }],
    ]);
  });

  test('to the ear or on hold, where the exchange does not let it wait', () => {
    const away = thenDesk(issue(start(talking), '1', transfer), [extended('a'), settled('1')]);
    for (const event of [established('a'), held('a')]) {
      expect(outcomes(thenDesk(away, [event]))).toEqual([['1', 'refused', { key: 'returned' }]]);
    }
  });

  test('because the operator pulled it back: the transfer was done', () => {
    const away = thenDesk(issue(start(talking), '1', transfer), [extended('a'), settled('1')]);
    const pulled = thenDesk(issue(away, '2', { type: 'take-back' }), [established('a'), settled('2')]);
    expect(outcomes(pulled)).toEqual([
      ['1', 'done', null],
      ['2', 'done', null],
    ]);
  });

  test('though nobody here sent it: no command is blamed', () => {
    const answered = thenDesk(issue(start([delivered('a')]), '1', { type: 'enter' }), [
      established('a'),
      settled('1'),
    ]);
    expect(outcomes(thenDesk(answered, [extended('a'), back('a')]))).toEqual([['1', 'done', null]]);
  });
});

describe('a call that was made', () => {
  test.each<[OperatorCommand, readonly Untimed[]]>([
    [{ type: 'call', number: '8004' }, []],
    [{ type: 'dial', digits: '8004' }, talking],
    [{ type: 'consult', number: '8004' }, talking],
  ])('%j and rang, and then fails', (command, events) => {
    const rings = thenDesk(issue(start(events), '1', command), [
      initiated('n'),
      { type: 'alerting', call: 'n' },
      settled('1'),
    ]);
    expect(outcomes(rings)).toEqual([['1', 'done', null]]);
    const over = thenDesk(rings, [failed('n')]);
    expect(outcomes(over)).toEqual([['1', 'refused', { key: 'busy', detail: '486 Busy Here' }]]);
    expect(over.board.outcomes[0]?.at).toBe(over.board.at);
  });

  test('and fails at once is refused as the link says', () => {
    const over = thenDesk(issue(start([]), '1', { type: 'call', number: '8004' }), [
      initiated('n'),
      failed('n'),
      settled('1', REFUSED),
    ]);
    expect(outcomes(over)).toEqual([['1', 'refused', { key: 'unknown-number' }]]);
  });

  test('that nobody answers is no reason against an earlier one', () => {
    const first = thenDesk(issue(start([]), '1', { type: 'call', number: '8004' }), [
      initiated('n'),
      settled('1'),
      established('n'),
      cleared('n'),
    ]);
    const second = thenDesk(first, [initiated('m'), failed('m', { key: 'no-answer' })]);
    expect(outcomes(second)).toEqual([['1', 'done', null]]);
  });
});

test('what is followed is bounded by the outcomes that are kept', () => {
  let desk = start([]);
  for (let n = 0; n < 120; n += 1) {
    const events = [initiated(`c${n}`), established(`c${n}`), cleared(`c${n}`)];
    desk = thenDesk(desk, [
      {
        type: 'command-issued',
        at: desk.board.at,
        id: String(n),
        by: 'operator',
        command: 'call',
        call: `c${n}`,
        commands: [{ type: 'make-call', call: `c${n}`, number: '8004', hold: null }],
        placing: { call: `c${n}`, source: null },
        dismiss: [],
      },
      ...events,
      settled(String(n)),
    ]);
  }
  expect(desk.followed).toHaveLength(50);
});
