import { describe, expect, test } from 'vitest';
import type { OperatorCommand } from '../../contract/operator-command.ts';
import type { ExchangeCommand } from '../../pbx-link/model/exchange-command.ts';
import type { ReasonKey } from '../../pbx-link/model/reason.ts';
import { delivered, deskAfter, eventsTo, initiated, READY, type Untimed } from '../testing/sample-desk.ts';
import type { BoardEvent } from './board-event.ts';
import { decide } from './decide.ts';
import type { DeskPolicy } from './desk.ts';
import { type Situation, situationOf } from './situation.ts';

// The table "Situation and key": a = the source, x = the destination, n = the call that is to be made.

const established = (call: string): Untimed => ({ type: 'established', call });
const held = (call: string, by: 'hand' | 'self' = 'self'): Untimed => ({ type: 'held', call, by });
const talking = [delivered('a'), established('a')];
const ringing = [...talking, held('a'), initiated('x'), { type: 'alerting', call: 'x' } as const];
const asking = [...ringing, established('x')];
const failed = [...ringing, { type: 'failed', call: 'x', cause: { key: 'busy' } } as const];
const waiting = [delivered('w'), delivered('w2', { priority: 1 })];
const extended = eventsTo('e', 'extended');

/** One cell: what the key sends, or why it does nothing; `dismissed` are failed calls that are put away. */
type Cell =
  | readonly ExchangeCommand[]
  | ReasonKey
  | { readonly dismissed: readonly string[]; readonly sends: readonly ExchangeCommand[] };
type Key = 'digits' | 'Enter' | 'F2' | 'F3' | 'F4' | 'F5' | 'F6' | 'F9' | 'leave';

const KEYS: Readonly<Record<Exclude<Key, 'F9'>, OperatorCommand>> = {
  digits: { type: 'dial', digits: '8004' },
  Enter: { type: 'enter' },
  F2: { type: 'transfer', number: '8004' },
  F3: { type: 'hold' },
  F4: { type: 'release-source' },
  F5: { type: 'release-destination' },
  F6: { type: 'swap' },
  leave: { type: 'leave' },
};

/** F9 pulls back where nothing is in hand, and goes back to the source elsewhere. */
function commandOf(key: Key, situation: Situation): OperatorCommand {
  if (key !== 'F9') return KEYS[key];
  return situation === 'nothing-in-hand' ? { type: 'take-back' } : { type: 'reconnect' };
}

const call: ExchangeCommand = { type: 'make-call', call: 'n', number: '8004', hold: null };
const consult: ExchangeCommand = { type: 'make-call', call: 'n', number: '8004', hold: 'a' };
const clear = (id: string): ExchangeCommand => ({ type: 'clear', call: id });
const join: ExchangeCommand = { type: 'join', source: 'a', destination: 'x' };
const retrieve = (id: string, hold: string | null = null): ExchangeCommand => ({
  type: 'retrieve',
  call: id,
  hold,
});
const answer = (id: string): ExchangeCommand => ({ type: 'answer', call: id, hold: null });
const back: ExchangeCommand = { type: 'reconnect', call: 'a', clear: 'x' };

type Row = {
  readonly name: string;
  readonly situation: Situation;
  readonly events: readonly (Untimed | BoardEvent)[];
  readonly policy?: Partial<DeskPolicy>;
  readonly cells: Readonly<Record<Key, Cell>>;
};

const NOTHING = 'nothing-in-hand';
const ROWS: readonly Row[] = [
  {
    name: 'nothing in hand, calls wait, a transfer rings',
    situation: 'nothing-in-hand',
    events: [...extended, ...waiting],
    cells: {
      digits: [call],
      Enter: [answer('w2')],
      F2: NOTHING,
      F3: NOTHING,
      F4: NOTHING,
      F5: NOTHING,
      F6: NOTHING,
      F9: [{ type: 'take-back', call: 'e', hold: null }],
      leave: NOTHING,
    },
  },
  {
    name: 'nothing in hand and nothing anywhere',
    situation: 'nothing-in-hand',
    events: [],
    cells: {
      digits: [call],
      Enter: 'nothing-waiting',
      F2: NOTHING,
      F3: NOTHING,
      F4: NOTHING,
      F5: NOTHING,
      F6: NOTHING,
      F9: 'nothing-to-take-back',
      leave: NOTHING,
    },
  },
  {
    name: 'talking to the source',
    situation: 'talking',
    events: [...waiting, ...talking],
    cells: {
      digits: [consult],
      Enter: 'call-in-hand',
      F2: [{ type: 'transfer', call: 'a', number: '8004' }],
      F3: [{ type: 'hold', call: 'a', by: 'hand' }],
      F4: [clear('a')],
      // What F5 clears here is the digits on the screen.
      F5: NOTHING,
      F6: NOTHING,
      F9: NOTHING,
      leave: [clear('a')],
    },
  },
  {
    name: 'talking, where the site transfers blind by dialling (B17)',
    situation: 'talking',
    events: talking,
    policy: { dialInCall: 'transfer' },
    cells: {
      digits: [{ type: 'transfer', call: 'a', number: '8004' }],
      Enter: 'call-in-hand',
      F2: [{ type: 'transfer', call: 'a', number: '8004' }],
      F3: [{ type: 'hold', call: 'a', by: 'hand' }],
      F4: [clear('a')],
      F5: NOTHING,
      F6: NOTHING,
      F9: NOTHING,
      leave: [clear('a')],
    },
  },
  {
    name: 'consulting: it rings',
    situation: 'consulting',
    events: [...ringing, ...waiting],
    cells: {
      // Digits go into the call after + (send-digits), once it is answered.
      digits: 'call-in-hand',
      Enter: [join],
      F2: 'call-in-hand',
      F3: 'call-in-hand',
      F4: [clear('a')],
      F5: [clear('x')],
      F6: 'not-answered',
      F9: [back],
      leave: [join],
    },
  },
  {
    name: 'consulting: they talk',
    situation: 'consulting',
    events: asking,
    cells: {
      digits: 'call-in-hand',
      Enter: [join],
      F2: 'call-in-hand',
      F3: 'call-in-hand',
      F4: [clear('a')],
      F5: [clear('x')],
      F6: [retrieve('a', 'x')],
      F9: [back],
      leave: [join],
    },
  },
  {
    name: 'consulting, swapped: the source talks, the destination is held',
    situation: 'consulting',
    events: [...asking, held('x'), established('a')],
    cells: {
      digits: 'call-in-hand',
      Enter: [join],
      F2: 'call-in-hand',
      F3: 'call-in-hand',
      F4: [clear('a')],
      F5: [clear('x')],
      F6: [retrieve('x', 'a')],
      F9: [clear('x')],
      leave: [join],
    },
  },
  {
    name: 'destination refused, busy, unknown, no answer',
    situation: 'destination-failed',
    events: [...failed, ...waiting],
    cells: {
      digits: { dismissed: ['x'], sends: [call] },
      Enter: { dismissed: ['x'], sends: [retrieve('a')] },
      F2: 'call-in-hand',
      F3: 'call-moved-on',
      F4: [clear('a')],
      F5: NOTHING,
      F6: NOTHING,
      F9: { dismissed: ['x'], sends: [retrieve('a')] },
      leave: { dismissed: ['x'], sends: [retrieve('a')] },
    },
  },
  {
    name: 'all held, calls wait',
    situation: 'all-held',
    events: [...talking, held('a'), ...waiting],
    cells: {
      digits: [call],
      Enter: [answer('w2')],
      F2: NOTHING,
      F3: 'call-moved-on',
      F4: NOTHING,
      F5: NOTHING,
      F6: NOTHING,
      F9: NOTHING,
      leave: NOTHING,
    },
  },
  {
    name: 'all held, nothing waits: the oldest held by itself',
    situation: 'all-held',
    events: [
      delivered('h'),
      established('h'),
      held('h', 'hand'),
      ...talking,
      delivered('b'),
      held('a'),
      established('b'),
      held('b'),
    ],
    cells: {
      digits: [call],
      Enter: [retrieve('a')],
      F2: NOTHING,
      F3: 'call-moved-on',
      F4: NOTHING,
      F5: NOTHING,
      F6: NOTHING,
      F9: NOTHING,
      leave: NOTHING,
    },
  },
  {
    name: 'all held by hand: nothing moves by itself',
    situation: 'all-held',
    events: [...talking, held('a', 'hand')],
    cells: {
      digits: [call],
      Enter: 'nothing-waiting',
      F2: NOTHING,
      F3: NOTHING,
      F4: NOTHING,
      F5: NOTHING,
      F6: NOTHING,
      F9: NOTHING,
      leave: NOTHING,
    },
  },
  {
    name: 'a first call rings',
    situation: 'calling',
    events: [initiated('x'), { type: 'alerting', call: 'x' }, ...waiting],
    cells: {
      digits: 'call-in-hand',
      Enter: 'call-in-hand',
      F2: 'not-answered',
      F3: 'not-answered',
      F4: [clear('x')],
      F5: NOTHING,
      F6: NOTHING,
      F9: NOTHING,
      leave: [clear('x')],
    },
  },
  {
    name: 'a first call came to nothing',
    situation: 'call-failed',
    events: eventsTo('x', 'failed'),
    cells: {
      digits: { dismissed: ['x'], sends: [call] },
      Enter: { dismissed: ['x'], sends: [] },
      F2: 'not-answered',
      F3: 'call-moved-on',
      F4: { dismissed: ['x'], sends: [] },
      F5: NOTHING,
      F6: NOTHING,
      F9: NOTHING,
      leave: { dismissed: ['x'], sends: [] },
    },
  },
];

describe.each(ROWS)('$name', ({ situation, events, policy, cells }) => {
  const desk = deskAfter([...READY, ...events], policy);

  test('is the situation', () => expect(situationOf(desk.board)).toBe(situation));

  test.each(Object.entries(cells) as [Key, Cell][])('%s', (key, cell) => {
    const decision = decide(desk, commandOf(key, situation), () => 'n');
    if (typeof cell === 'string') {
      expect(decision).toEqual({ ok: false, reason: { key: cell } });
      return;
    }
    const { dismissed, sends } = 'sends' in cell ? cell : { dismissed: [], sends: cell };
    expect(decision).toMatchObject({ ok: true, commands: sends, dismiss: dismissed });
  });
});

test('digits go into the call that talks (B15)', () => {
  const desk = deskAfter([...READY, ...asking]);
  expect(decide(desk, { type: 'send-digits', digits: '12#' }, () => 'n')).toMatchObject({
    commands: [{ type: 'send-digits', call: 'x', digits: '12#' }],
  });
});

test('a new target after a failed one is a consultation for the same source', () => {
  const desk = deskAfter([...READY, ...failed]);
  expect(decide(desk, { type: 'dial', digits: '8005' }, () => 'n')).toMatchObject({
    call: 'n',
    placing: { call: 'n', source: 'a' },
  });
});

test('what is dialled with all calls held is a call of its own', () => {
  const desk = deskAfter([...READY, ...talking, held('a')]);
  expect(decide(desk, { type: 'dial', digits: '8005' }, () => 'n')).toMatchObject({
    placing: { call: 'n', source: null },
  });
});
