import { describe, expect, test } from 'vitest';
import type { OperatorCommand } from '../../contract/operator-command.ts';
import type { Reason } from '../../pbx-link/model/reason.ts';
import {
  ALL_CAPABILITIES,
  delivered,
  deskAfter,
  eventsTo,
  initiated,
  READY,
  thenDesk,
  type Untimed,
} from '../testing/sample-desk.ts';
import { decide } from './decide.ts';
import type { Desk } from './desk.ts';

const order = (desk: Desk, command: OperatorCommand) => decide(desk, command, () => 'n');
const refused = (key: Reason['key']) => ({ ok: false, reason: { key } });
const established = (call: string): Untimed => ({ type: 'established', call });
const held = (call: string, by: 'hand' | 'self' = 'self'): Untimed => ({ type: 'held', call, by });

/** The desk with the command under way. */
function underWay(desk: Desk, command: OperatorCommand, by: 'operator' | 'desk' = 'operator'): Desk {
  const decision = order(desk, command);
  if (!decision.ok) throw new Error(`refused: ${decision.reason.key}`);
  const { call, commands, placing, dismiss } = decision;
  return thenDesk(desk, [
    {
      type: 'command-issued',
      at: desk.board.at,
      id: '1',
      by,
      command: command.type,
      call,
      commands,
      placing,
      dismiss,
    },
  ]);
}

describe('a command names its call and the state it expects (X5)', () => {
  const desk = deskAfter([
    ...READY,
    delivered('w'),
    ...eventsTo('e', 'extended'),
    ...eventsTo('a', 'connected'),
  ]);

  test.each<[string, OperatorCommand, Reason['key']]>([
    ['a call that was never there', { type: 'answer', call: 'no' }, 'call-gone'],
    ['a call that left by transfer', { type: 'hold', call: 'e' }, 'call-moved-on'],
    ['another state', { type: 'answer', call: 'w', expect: 'held' }, 'call-moved-on'],
    ['another state of what is in hand', { type: 'leave', expect: 'held' }, 'call-moved-on'],
    ['a call that is not the one in hand', { type: 'leave', call: 'w' }, 'call-moved-on'],
    ['reject what was answered', { type: 'reject', call: 'a', cause: 'busy' }, 'call-moved-on'],
    ['answer what was answered', { type: 'answer', call: 'a' }, 'call-moved-on'],
    ['take what talks', { type: 'take', call: 'a' }, 'call-moved-on'],
    ['retrieve what waits', { type: 'retrieve', call: 'w' }, 'call-moved-on'],
    ['put away what lives', { type: 'acknowledge', call: 'a' }, 'call-moved-on'],
    ['take back what never left', { type: 'take-back', call: 'no' }, 'call-gone'],
    [
      'take back what has left, seen answered',
      { type: 'take-back', call: 'e', expect: 'answered' },
      'call-moved-on',
    ],
    ['take back what is still here', { type: 'take-back', call: 'a' }, 'call-gone'],
    ['mute a call that is over', { type: 'mute', on: true, call: 'no' }, 'call-gone'],
    ['mute a call that only waits', { type: 'mute', on: true, call: 'w' }, 'call-moved-on'],
    ['mute in another state', { type: 'mute', on: true, expect: 'held' }, 'call-moved-on'],
    ['a call with another one in hand', { type: 'call', number: '1', call: 'w' }, 'call-moved-on'],
    ['a call from another state', { type: 'call', number: '1', expect: 'held' }, 'call-moved-on'],
    ['digits for a call not answered', { type: 'send-digits', call: 'w', digits: '1' }, 'not-answered'],
    ['flash for a call not answered', { type: 'flash', call: 'w' }, 'not-answered'],
    ['a transfer of a call not answered', { type: 'transfer', call: 'w', number: '1' }, 'not-answered'],
    ['a consultation for a call not answered', { type: 'consult', call: 'w', number: '1' }, 'not-answered'],
  ])('%s', (_name, command, key) => expect(order(desk, command)).toEqual(refused(key)));

  test('and goes out when both are right', () => {
    expect(order(desk, { type: 'leave', call: 'a', expect: 'connected' })).toMatchObject({
      commands: [{ type: 'clear', call: 'a' }],
    });
  });

  test('mute goes to the call for which it was meant, or nowhere', () => {
    const mute: OperatorCommand = { type: 'mute', on: true, call: 'a', expect: 'connected' };
    expect(order(desk, mute)).toMatchObject({ call: 'a', commands: [{ type: 'mute', on: true }] });
    // The call ends, and the one that was held for it returns by itself: nobody there is to be muted.
    const two = thenDesk(desk, [delivered('b'), held('a'), established('b')]);
    const returned = thenDesk(two, [
      { type: 'cleared', call: 'b', cause: { key: 'normal' }, by: 'party' },
      established('a'),
    ]);
    expect(order(returned, { ...mute, call: 'b' })).toEqual(refused('call-gone'));
    expect(order(two, mute)).toEqual(refused('call-moved-on'));
    expect(order(thenDesk(two, [held('b')]), { type: 'mute', on: false, call: 'b' })).toEqual(
      refused('call-moved-on'),
    );
  });

  test('a call of its own names the call in hand, and a take-back that which rings', () => {
    const number = '8005';
    expect(order(desk, { type: 'call', number, call: 'a', expect: 'connected' })).toMatchObject({
      commands: [{ type: 'make-call', call: 'n', hold: 'a' }],
    });
    expect(order(desk, { type: 'take-back', call: 'e', expect: 'ringing' })).toMatchObject({
      commands: [{ type: 'take-back', call: 'e', hold: 'a' }],
    });
    const empty = deskAfter([...READY, ...eventsTo('e', 'extended')]);
    expect(order(empty, { type: 'take-back', expect: 'ringing' })).toMatchObject({ ok: true, call: 'e' });
    expect(order(empty, { type: 'take-back', expect: 'unknown' })).toEqual(refused('call-moved-on'));
    expect(order(empty, { type: 'call', number, expect: 'connected' })).toEqual(refused('call-gone'));
  });

  test('a transfer that was answered cannot be taken back', () => {
    const answered = thenDesk(desk, [
      { type: 'extended-ended', call: 'e', outcome: 'answered', cause: { key: 'normal' } },
    ]);
    expect(order(answered, { type: 'take-back', call: 'e' })).toEqual(refused('call-moved-on'));
  });
});

describe('one thing at a time', () => {
  const ready = deskAfter([...READY, delivered('w'), delivered('v')]);
  const talking = thenDesk(ready, [delivered('a'), established('a')]);

  test('a call with a command under way takes no other', () => {
    const answering = underWay(ready, { type: 'answer', call: 'w' });
    expect(order(answering, { type: 'answer', call: 'w' })).toEqual(refused('already-pending'));
    expect(order(answering, { type: 'reject', call: 'w', cause: 'busy' })).toEqual(
      refused('already-pending'),
    );
    expect(order(answering, { type: 'enter' })).toEqual(refused('already-pending'));
  });

  test('nor does the hand take another call meanwhile', () => {
    const answering = underWay(ready, { type: 'answer', call: 'w' });
    expect(order(answering, { type: 'answer', call: 'v' })).toEqual(refused('already-pending'));
    expect(order(answering, { type: 'call', number: '1' })).toEqual(refused('already-pending'));
    // another call can still be sent away
    expect(order(answering, { type: 'reject', call: 'v', cause: 'busy' })).toMatchObject({ ok: true });
  });

  test('but the ways out always work', () => {
    const holding = underWay(talking, { type: 'hold' });
    for (const command of [
      { type: 'clear', call: 'a' },
      { type: 'leave' },
      { type: 'release-source' },
      { type: 'reset-headset' },
    ] as const) {
      expect(order(holding, command)).toMatchObject({ ok: true });
    }
    const consulting = thenDesk(talking, [held('a'), initiated('x'), { type: 'alerting', call: 'x' }]);
    const joining = underWay(consulting, { type: 'complete' });
    expect(order(joining, { type: 'release-destination' })).toMatchObject({ ok: true });
    expect(order(joining, { type: 'leave' })).toMatchObject({ ok: true });
    expect(order(joining, { type: 'complete' })).toEqual(refused('already-pending'));
  });

  test('leaving waits for a call that is not on the board yet, so that it never ends the wrong one', () => {
    const placing = underWay(talking, { type: 'dial', digits: '8004' });
    expect(order(placing, { type: 'leave' })).toEqual(refused('already-pending'));
    expect(order(placing, { type: 'release-source' })).toMatchObject({ ok: true });
    expect(order(placing, { type: 'clear', call: 'n' })).toEqual(refused('already-pending'));
    // Once it is there, everything goes on, though the call is still being made.
    const placed = thenDesk(placing, [held('a'), initiated('n')]);
    expect(order(placed, { type: 'leave' })).toMatchObject({
      commands: [{ type: 'join', source: 'a', destination: 'n' }],
    });
    expect(order(placed, { type: 'reconnect' })).toMatchObject({ ok: true });
  });

  test('digits follow one another without waiting', () => {
    const first = underWay(talking, { type: 'send-digits', digits: '1' });
    expect(order(first, { type: 'send-digits', digits: '2' })).toMatchObject({ ok: true });
  });

  test('mute, headset and seat check are one each', () => {
    for (const command of [
      { type: 'mute', on: true },
      { type: 'bind-headset' },
      { type: 'check-seat' },
    ] as const) {
      expect(order(underWay(talking, command), command)).toEqual(refused('already-pending'));
    }
  });
});

describe('what the exchange and the seat permit', () => {
  const talking = deskAfter([...READY, delivered('w'), ...eventsTo('a', 'connected')]);

  test('a link that is down', () => {
    const down = thenDesk(talking, [{ type: 'link', state: 'down' }]);
    expect(order(down, { type: 'leave' })).toEqual(refused('link-down'));
    expect(order(down, { type: 'bind-headset' })).toEqual(refused('link-down'));
  });

  test('no headset phone: calls cannot be taken, but sent away', () => {
    const lost = thenDesk(talking, [
      { type: 'headset', state: 'lost', reason: { key: 'headset-lost' } },
      held('a'),
    ]);
    for (const command of [
      { type: 'answer', call: 'w' },
      { type: 'retrieve', call: 'a' },
      { type: 'call', number: '1' },
      { type: 'enter' },
    ] as const) {
      expect(order(lost, command)).toEqual(refused('no-headset'));
    }
    expect(order(lost, { type: 'reject', call: 'w', cause: 'declined' })).toMatchObject({ ok: true });
    expect(order(lost, { type: 'clear', call: 'a' })).toMatchObject({ ok: true });
    expect(order(lost, { type: 'transfer', call: 'a', number: '8004' })).toMatchObject({ ok: true });
  });

  test("a capability that is missing, with the exchange's reason", () => {
    const reason: Reason = { key: 'capability-missing', detail: 'this dialect has no flash' };
    const poor = thenDesk(talking, [
      { type: 'capabilities', at: 1, capabilities: { ...ALL_CAPABILITIES, flash: reason } },
    ]);
    expect(order(poor, { type: 'flash' })).toEqual({ ok: false, reason });
  });

  test.each(['8004;drop', 'sip:8004@x', '80 04', '80,04', '8004\r\n'])(
    'a number that is none: %j',
    (number) => {
      expect(order(talking, { type: 'consult', number })).toEqual(refused('bad-number'));
      expect(order(talking, { type: 'transfer', number })).toEqual(refused('bad-number'));
      expect(order(talking, { type: 'call', number })).toEqual(refused('bad-number'));
    },
  );

  test('digits that are none', () => {
    expect(order(talking, { type: 'send-digits', digits: '1+2' })).toEqual(refused('bad-digits'));
    expect(order(talking, { type: 'send-digits', digits: '1,2d' })).toMatchObject({
      commands: [{ type: 'send-digits', call: 'a', digits: '1,2D' }],
    });
  });

  test('an unanswered call being made cannot be held, so nothing else is taken', () => {
    const calling = deskAfter([...READY, delivered('w'), initiated('x')]);
    expect(order(calling, { type: 'answer' })).toEqual(refused('call-in-hand'));
    expect(order(calling, { type: 'take', call: 'w' })).toEqual(refused('call-in-hand'));
  });

  test('the headset phone is not let go in a call', () => {
    expect(order(talking, { type: 'unbind-headset' })).toEqual(refused('call-in-hand'));
    expect(order(deskAfter(READY), { type: 'unbind-headset' })).toMatchObject({ ok: true });
    expect(order(talking, { type: 'reset-headset' })).toMatchObject({
      commands: [{ type: 'unbind-headset' }, { type: 'bind-headset' }],
    });
    expect(order(deskAfter(READY.slice(0, 2)), { type: 'reset-headset' })).toMatchObject({
      commands: [{ type: 'bind-headset' }],
    });
  });

  test('mute needs a call (B27)', () => {
    expect(order(deskAfter(READY), { type: 'mute', on: true })).toEqual(refused('nothing-in-hand'));
    expect(order(talking, { type: 'mute', on: true })).toMatchObject({
      commands: [{ type: 'mute', on: true }],
    });
  });
});

describe('taking another call while talking (B24)', () => {
  const talking = deskAfter([
    ...READY,
    delivered('w'),
    ...eventsTo('h', 'connected'),
    held('h', 'hand'),
    ...eventsTo('e', 'extended'),
    ...eventsTo('a', 'connected'),
  ]);

  test.each<[OperatorCommand, object]>([
    [
      { type: 'take', call: 'w' },
      { type: 'answer', call: 'w', hold: 'a' },
    ],
    [{ type: 'answer' }, { type: 'answer', call: 'w', hold: 'a' }],
    [
      { type: 'take', call: 'h' },
      { type: 'retrieve', call: 'h', hold: 'a' },
    ],
    [
      { type: 'retrieve', call: 'h' },
      { type: 'retrieve', call: 'h', hold: 'a' },
    ],
    [
      { type: 'take-back', call: 'e' },
      { type: 'take-back', call: 'e', hold: 'a' },
    ],
    [
      { type: 'call', number: '1' },
      { type: 'make-call', call: 'n', number: '1', hold: 'a' },
    ],
    [
      { type: 'consult', call: 'h', number: '1' },
      { type: 'make-call', call: 'n', number: '1', hold: 'a' },
    ],
  ])('%j holds the present one by itself', (command, expected) => {
    expect(order(talking, command)).toMatchObject({ commands: [expected] });
  });

  test('without a call named, a transfer is pulled back only with empty hands', () => {
    expect(order(talking, { type: 'take-back' })).toEqual(refused('call-in-hand'));
  });
});

test('the most urgent: priority, then what came back, then the longest total wait (X2)', () => {
  const urgent = (events: readonly Untimed[]) => {
    const decision = order(deskAfter([...READY, ...events]), { type: 'answer' });
    return decision.ok ? decision.call : decision.reason;
  };
  const recall = { reason: 'busy', target: '8004' } as const;
  expect(urgent([delivered('1'), delivered('2')])).toBe('1');
  expect(urgent([delivered('1'), delivered('2', { recall })])).toBe('2');
  expect(urgent([delivered('1'), delivered('2', { recall }), delivered('3', { priority: 1 })])).toBe('3');
  // One that comes back waits since it first came.
  expect(urgent([...eventsTo('1', 'extended'), delivered('2', { recall }), delivered('1', { recall })])).toBe(
    '1',
  );
});

test('clear puts away what failed, refuses what waits, ends what lives', () => {
  const desk = deskAfter([...READY, delivered('w'), ...eventsTo('x', 'failed')]);
  expect(order(desk, { type: 'clear', call: 'x' })).toMatchObject({ commands: [], dismiss: ['x'] });
  expect(order(desk, { type: 'acknowledge', call: 'x' })).toMatchObject({ commands: [], dismiss: ['x'] });
  expect(order(desk, { type: 'clear', call: 'w' })).toMatchObject({
    commands: [{ type: 'reject', call: 'w', cause: 'declined' }],
  });
});
