import { describe, expect, test } from 'vitest';
import type { OperatorCommand } from '../../contract/operator-command.ts';
import type { ExchangeCommand, ExchangeOutcome } from '../../pbx-link/model/exchange-command.ts';
import type { Capabilities } from '../../pbx-link/model/exchange-link.ts';
import type { Reason } from '../../pbx-link/model/reason.ts';
import {
  ALL_CAPABILITIES,
  delivered,
  deskAfter,
  initiated,
  READY,
  SAMPLE_POLICY,
  thenDesk,
  type Untimed,
} from '../testing/sample-desk.ts';
import type { BoardEvent, Issue } from './board-event.ts';
import { decide } from './decide.ts';
import { type Desk, newDesk } from './desk.ts';
import { followUp } from './follow-up.ts';
import { reduce } from './reduce.ts';

const established = (call: string): Untimed => ({ type: 'established', call });
const held = (call: string, by: 'hand' | 'self' = 'self'): Untimed => ({ type: 'held', call, by });
const cleared = (call: string, by: 'party' | 'operator' = 'party'): Untimed => ({
  type: 'cleared',
  call,
  cause: { key: 'normal' },
  by,
});
const failed = (call: string): Untimed => ({ type: 'failed', call, cause: { key: 'busy' } });
const extended = (call: string): Untimed => ({
  type: 'extended',
  call,
  target: { number: '8004', name: '' },
});

/** A desk that gives its follow-ups out as the switchboard does, and keeps what it gave. */
class Bench {
  desk: Desk;
  given: ExchangeCommand[] = [];
  #ids = 0;

  constructor(desk: Desk) {
    this.desk = desk;
  }

  happen(...events: readonly (Untimed | BoardEvent)[]): this {
    for (const event of events) {
      const before = this.desk;
      this.desk = thenDesk(before, [event]);
      for (const issue of followUp(before, this.desk)) {
        this.given.push(...issue.commands);
        this.#give(issue, 'desk');
      }
    }
    return this;
  }

  order(command: OperatorCommand): string {
    const decision = decide(this.desk, command, () => 'n');
    if (!decision.ok) throw new Error(`refused: ${decision.reason.key}`);
    return this.#give(decision, 'operator');
  }

  settle(id: string, result: ExchangeOutcome = { outcome: 'done' }): this {
    return this.happen({ type: 'command-settled', at: this.desk.board.at, id, result });
  }

  #give({ command, call, commands, placing, dismiss }: Issue, by: 'operator' | 'desk'): string {
    this.#ids += 1;
    const id = String(this.#ids);
    const at = this.desk.board.at;
    this.happen({ type: 'command-issued', at, id, by, command, call, commands, placing, dismiss });
    return id;
  }
}

const bench = (...events: readonly Untimed[]) => new Bench(deskAfter([...READY, ...events]));
const retrieve = (call: string): ExchangeCommand => ({ type: 'retrieve', call, hold: null });
const twoCalls = [delivered('a'), established('a'), delivered('b'), held('a'), established('b')];

describe('a call held by itself returns when the call in hand is over (B24)', () => {
  test.each<[string, Untimed[]]>([
    ['the operator hangs up', [cleared('b', 'operator')]],
    ['the party hangs up', [cleared('b')]],
    ['it was transferred', [extended('b')]],
    [
      'it was consulted and joined',
      [held('b'), initiated('x'), established('x'), cleared('x'), extended('b')].slice(0, 3),
    ],
  ])('%s', (_name, events) => {
    const desk = bench(...twoCalls).happen(...events);
    if (events.some(({ type }) => type === 'initiated')) {
      expect(desk.given).toEqual([]);
      desk.order({ type: 'complete' });
      desk.happen(cleared('x', 'operator'), extended('b'));
      expect(desk.given).toEqual([]);
      desk.settle('1');
    }
    expect(desk.given).toEqual([retrieve('a')]);
  });

  test('the last one held, and then the one before', () => {
    const desk = bench(...twoCalls, delivered('c'), held('b'), established('c')).happen(cleared('c'));
    expect(desk.given).toEqual([retrieve('b')]);
    desk.happen(established('b')).settle('1').happen(cleared('b', 'operator'));
    expect(desk.given).toEqual([retrieve('b'), retrieve('a')]);
  });

  test('never one held by hand, nor one that nobody is sure of', () => {
    const hand = bench(delivered('a'), established('a'), held('a', 'hand'), delivered('b'), established('b'));
    expect(hand.happen(cleared('b')).given).toEqual([]);
    const doubtful = bench(...twoCalls, { type: 'link', state: 'down' }, { type: 'link', state: 'up' });
    expect(doubtful.happen(established('b'), cleared('b')).given).toEqual([]);
  });

  test('asked once, and not again when the exchange refuses', () => {
    const desk = bench(...twoCalls).happen(cleared('b'), delivered('w'), { type: 'clock', at: 20_000 });
    expect(desk.given).toEqual([retrieve('a')]);
    desk.settle('1', { outcome: 'refused', reason: { key: 'exchange-error' } }).happen(delivered('v'));
    expect(desk.given).toEqual([retrieve('a')]);
  });

  test('not when a waiting caller gives up, or the held one itself', () => {
    expect(bench(...twoCalls, delivered('w')).happen(cleared('w'), cleared('a')).given).toEqual([]);
    expect(bench(...twoCalls, held('b', 'hand'), delivered('w')).happen(cleared('w')).given).toEqual([]);
  });

  test('when the call for which it was held is not there any more', () => {
    const desk = bench(delivered('a'), established('a'), delivered('b'));
    const id = desk.order({ type: 'answer', call: 'b' });
    desk.happen(held('a'), cleared('b'));
    expect(desk.given).toEqual([]);
    desk.settle(id, { outcome: 'refused', reason: { key: 'call-gone' } });
    expect(desk.given).toEqual([retrieve('a')]);
  });
});

describe('a consultation', () => {
  const consulting = [
    delivered('a'),
    established('a'),
    held('a'),
    initiated('x'),
    { type: 'alerting', call: 'x' } as const,
  ];

  test('whose destination fails keeps the source held until the operator acts', () => {
    const desk = bench(...consulting).happen(failed('x'));
    expect(desk.given).toEqual([]);
    desk.order({ type: 'acknowledge', call: 'x' });
    expect(desk.given).toEqual([]);
    expect(desk.desk.board.source).toBe('a');
  });

  test('whose destination hangs up brings the source back', () => {
    expect(bench(...consulting, established('x')).happen(cleared('x')).given).toEqual([retrieve('a')]);
  });

  test('whose destination the operator releases (F5) leaves the source held', () => {
    const desk = bench(...consulting, established('x'));
    desk.order({ type: 'release-destination' });
    expect(desk.happen(cleared('x', 'operator')).settle('1').given).toEqual([]);
  });

  test('that goes back to the source (F9) retrieves it in the same act, once', () => {
    const desk = bench(...consulting);
    desk.order({ type: 'reconnect' });
    expect(desk.happen(cleared('x', 'operator'), established('a')).settle('1').given).toEqual([]);
  });

  test('whose source is released while it is swapped takes the held destination', () => {
    const desk = bench(...consulting, established('x'), held('x'), established('a'));
    desk.order({ type: 'release-source' });
    desk.happen(cleared('a', 'operator'));
    expect(desk.given).toEqual([retrieve('x')]);
    expect(desk.desk.board.source).toBe('x');
  });

  test('whose join is refused after the destination is gone brings the source back', () => {
    const desk = bench(...consulting);
    const id = desk.order({ type: 'complete' });
    desk.happen(cleared('x', 'operator'));
    expect(desk.given).toEqual([]);
    desk.settle(id, { outcome: 'refused', reason: { key: 'exchange-error' } });
    expect(desk.given).toEqual([retrieve('a')]);
  });
});

test('a source that hangs up while it is joined leaves the hand to the call held before', () => {
  const desk = bench(...twoCalls, held('b'), initiated('x'), established('x'));
  const id = desk.order({ type: 'complete' });
  desk.happen(cleared('x', 'operator'), cleared('b')).settle(id);
  expect(desk.given).toEqual([retrieve('a')]);
});

test('a call of its own that failed returns the one held for it when the operator has seen it', () => {
  const desk = bench(delivered('a'), established('a'));
  const id = desk.order({ type: 'call', number: '8004' });
  desk.happen(held('a'), initiated('n')).settle(id).happen(failed('n'));
  expect(desk.desk.board.source).toBe('n');
  expect(desk.given).toEqual([]);
  desk.order({ type: 'leave' });
  expect(desk.given).toEqual([retrieve('a')]);
});

describe('when the line first comes up (B1)', () => {
  const fresh = (capabilities: Partial<Capabilities> = {}) =>
    new Bench(
      newDesk({
        epoch: 'e',
        at: 0,
        line: '8000',
        headset: '8001',
        capabilities: { ...ALL_CAPABILITIES, ...capabilities },
        policy: SAMPLE_POLICY,
      }),
    );
  const up: readonly Untimed[] = [
    { type: 'line', state: 'registered' },
    { type: 'link', state: 'up' },
  ];
  const again: readonly Untimed[] = [
    { type: 'headset', state: 'lost' },
    { type: 'line', state: 'registering' },
    { type: 'line', state: 'registered' },
  ];
  const asked: readonly ExchangeCommand[] = [{ type: 'bind-headset' }, { type: 'check-seat' }];

  test('the headset phone is bound and the seat checked, once, by the desk', () => {
    const desk = fresh().happen(...up);
    expect(desk.given).toEqual(asked);
    expect(desk.desk.board.outcomes.map(({ type, by }) => [type, by])).toEqual([
      ['bind-headset', 'desk'],
      ['check-seat', 'desk'],
    ]);
    desk.happen({ type: 'headset', state: 'bound' }).settle('1');
    desk.happen({ type: 'seat-checked', items: [] }).settle('2');
    expect(desk.happen(...again).given).toEqual(asked);
  });

  test('a check that found nothing out is made at the next time', () => {
    const desk = fresh().happen(...up, { type: 'headset', state: 'bound' });
    desk.settle('2', { outcome: 'refused', reason: { key: 'link-down' } });
    expect(desk.happen(...again).given).toEqual([...asked, { type: 'check-seat' }]);
  });

  test('what the exchange cannot do is not asked for', () => {
    const no: Reason = { key: 'capability-missing' };
    expect(fresh({ 'bind-headset': no, 'check-seat': no }).happen(...up).given).toEqual([]);
    expect(fresh({ 'bind-headset': no }).happen(...up).given).toEqual([{ type: 'check-seat' }]);
  });

  test('the phone is not bound where the site sets it so', () => {
    const desk = deskAfter([{ type: 'link', state: 'up' }], { bindAtStart: false });
    expect(new Bench(desk).happen({ type: 'line', state: 'registered' }).given).toEqual([
      { type: 'check-seat' },
    ]);
  });
});

describe('the headset phone', () => {
  test('that is lost leaves its caller held, who returns when it is bound again', () => {
    const desk = bench(delivered('a'), established('a')).happen(
      { type: 'headset', state: 'lost' },
      held('a'),
    );
    expect(desk.given).toEqual([]);
    expect(desk.happen({ type: 'headset', state: 'bound' }).given).toEqual([retrieve('a')]);
  });

  test('that is lost in a consultation comes back to whom the operator spoke with', () => {
    const desk = bench(delivered('a'), established('a'), held('a'), initiated('x'), established('x'));
    desk.happen({ type: 'headset', state: 'lost' }, held('x'), { type: 'headset', state: 'bound' });
    expect(desk.given).toEqual([retrieve('x')]);
    const { source, destination } = desk.happen(established('x')).desk.board;
    expect([source, destination]).toEqual(['a', 'x']);
  });
});

test('mute ends with the call, by the desk where the link has not done so (B27)', () => {
  const muted = [delivered('a'), established('a'), { type: 'muted', on: true } as const];
  expect(bench(...muted).happen(cleared('a')).given).toEqual([{ type: 'mute', on: false }]);
  expect(bench(...muted).happen({ type: 'muted', on: false }, cleared('a')).given).toEqual([]);
});

test('nothing is asked while the link is down', () => {
  const desk = bench(...twoCalls).happen({ type: 'link', state: 'down' }, cleared('b'));
  expect(desk.given).toEqual([]);
  const truth: Untimed = { type: 'snapshot', calls: [{ call: 'a', state: 'held' }], extended: [] };
  expect(desk.happen({ type: 'link', state: 'up' }, truth).given).toEqual([
    { type: 'check-seat' },
    retrieve('a'),
  ]);
});

test('reduce is pure: a desk that was passed in is as it was', () => {
  const desk = deskAfter([...READY, ...twoCalls]);
  const copy = structuredClone(desk);
  reduce(desk, { at: 99_000, ...cleared('b') } as BoardEvent);
  expect(desk).toEqual(copy);
});
