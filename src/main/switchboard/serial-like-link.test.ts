import { beforeEach, describe, expect, test } from 'vitest';
import type { OperatorCommand } from '../../contract/operator-command.ts';
import type { CallId } from '../../pbx-link/model/call.ts';
import type { ExchangeCommand, ExchangeOutcome } from '../../pbx-link/model/exchange-command.ts';
import type { Capabilities } from '../../pbx-link/model/exchange-link.ts';
import type { Reason } from '../../pbx-link/model/reason.ts';
import { HandClock, settle } from '../../pbx-link/model/testing/hand-clock.ts';
import { createSwitchboard, type Switchboard } from '../switchboard.ts';
import { ALL_CAPABILITIES, delivered, SAMPLE_POLICY, type Untimed } from '../testing/sample-desk.ts';
import { ScriptedLink } from '../testing/scripted-link.ts';
import { TestStore } from '../testing/test-store.ts';

// A TDM switch on a serial line: the operator's telephone is the headset already, so there is nothing to bind, and its
// dialect has neither mute nor take-back. Everything else works as on any other exchange.

const MISSING: Reason = { key: 'capability-missing', detail: 'the dialect has no word for it' };
const CAPABILITIES: Capabilities = {
  ...ALL_CAPABILITIES,
  'bind-headset': MISSING,
  'unbind-headset': MISSING,
  mute: MISSING,
  'take-back': MISSING,
};

const established = (call: CallId): Untimed => ({ type: 'established', call });
const heldBySelf = (call: CallId | null): readonly Untimed[] =>
  call === null ? [] : [{ type: 'held', call, by: 'self' }];
const cleared = (call: CallId, by: 'operator' | 'party' = 'operator'): Untimed => ({
  type: 'cleared',
  call,
  cause: { key: 'normal' },
  by,
});
const extended = (call: CallId, number: string): Untimed => ({
  type: 'extended',
  call,
  target: { number, name: '' },
});

/** What such a switch tells when it has carried out a command. */
function eventsOf(command: ExchangeCommand): readonly Untimed[] {
  switch (command.type) {
    case 'answer':
    case 'retrieve':
      return [...heldBySelf(command.hold), established(command.call)];
    case 'make-call': {
      const party = { number: command.number, name: '' };
      const { call } = command;
      return [
        ...heldBySelf(command.hold),
        { type: 'initiated', call, party, origin: 'inside' },
        { type: 'alerting', call },
      ];
    }
    case 'hold':
      return [{ type: 'held', call: command.call, by: command.by }];
    case 'reconnect':
      return [cleared(command.clear), established(command.call)];
    case 'transfer':
      return [extended(command.call, command.number)];
    case 'join':
      return [cleared(command.destination), extended(command.source, '8004')];
    case 'clear':
    case 'reject':
      return [cleared(command.call)];
    case 'check-seat':
      return [{ type: 'seat-checked', items: [{ name: 'calls-wait', result: 'ok' }] }];
    default:
      return [];
  }
}

let link: ScriptedLink;
let switchboard: Switchboard;

beforeEach(async () => {
  const clock = new HandClock();
  link = new ScriptedLink(clock);
  link.capabilities = CAPABILITIES;
  link.answer = (command): Promise<ExchangeOutcome> => {
    link.tell(...eventsOf(command));
    return Promise.resolve({ outcome: 'done' });
  };
  let ids = 0;
  switchboard = createSwitchboard({
    link,
    store: new TestStore(),
    line: '8000',
    headset: '8001',
    policy: SAMPLE_POLICY,
    clock,
    log: () => undefined,
    linkCounters: () => null,
    newId: () => {
      ids += 1;
      return `id-${ids}`;
    },
  });
  switchboard.start();
  await told({ type: 'link', state: 'up' }, { type: 'line', state: 'registered' });
});

async function told(...events: readonly Untimed[]): Promise<void> {
  link.tell(...events);
  await settle();
}

/** Gives a command and sees it done; says what the switch was asked for. */
async function done(command: OperatorCommand): Promise<readonly ExchangeCommand[]> {
  const before = link.asked.length;
  const result = await switchboard.execute(command);
  expect(result, JSON.stringify(command)).toMatchObject({ ok: true });
  await settle();
  const outcome = switchboard.board().outcomes.find(({ id }) => result.ok && id === result.id);
  expect(outcome).toMatchObject({ outcome: 'done' });
  return link.asked.slice(before);
}

/** Every call with its state. */
const calls = () => switchboard.board().calls.map(({ id, connection }) => [id, connection.state]);

test('the seat is checked and nothing is bound', () => {
  expect(link.asked).toEqual([{ type: 'check-seat' }]);
  expect(switchboard.board()).toMatchObject({
    seat: { items: [{ name: 'calls-wait', result: 'ok' }] },
    capabilities: { 'bind-headset': MISSING },
    anomalies: 0,
  });
});

// The headset is where it always is, whether the link has said so yet, says so, or has lost sight of the telephone.
describe.each<[string, readonly Untimed[]]>([
  ['nothing', []],
  ['bound', [{ type: 'headset', state: 'bound' }]],
  ['lost', [{ type: 'headset', state: 'lost', reason: { key: 'headset-lost' } }]],
])('told of the headset: %s', (_name, events) => {
  beforeEach(() => told(...events));

  test('calls are answered, one held by itself returns by itself, and hold is by hand', async () => {
    await told(delivered('a'), delivered('b'));
    await done({ type: 'enter' });
    await done({ type: 'take', call: 'b' });
    expect(calls()).toEqual([
      ['a', 'held'],
      ['b', 'connected'],
    ]);
    expect(await done({ type: 'leave' })).toEqual([
      { type: 'clear', call: 'b' },
      { type: 'retrieve', call: 'a', hold: null },
    ]);
    await done({ type: 'hold' });
    await done({ type: 'retrieve', call: 'a' });
    expect(await done({ type: 'send-digits', digits: '12#' })).toHaveLength(1);
    expect(await done({ type: 'flash' })).toHaveLength(1);
    await told(cleared('a', 'party'), delivered('c'));
    await done({ type: 'reject', call: 'c', cause: 'busy' });
    expect(calls()).toEqual([]);
  });

  test('calls are made, consulted, swapped, joined and transferred', async () => {
    await told(delivered('a'));
    await done({ type: 'answer' });
    const [made] = await done({ type: 'dial', digits: '8004' });
    expect(made).toMatchObject({ type: 'make-call', number: '8004', hold: 'a' });
    const { destination } = switchboard.board();
    await told(established(destination ?? ''));
    await done({ type: 'swap' });
    expect(calls()).toEqual([
      ['a', 'connected'],
      [destination, 'held'],
    ]);
    await done({ type: 'swap' });
    await done({ type: 'reconnect' });
    expect(calls()).toEqual([['a', 'connected']]);
    await done({ type: 'consult', number: '8004' });
    await done({ type: 'complete' });
    expect(switchboard.board()).toMatchObject({ calls: [], extended: [{ id: 'a', state: 'ringing' }] });
    await told(delivered('a', { recall: { reason: 'busy', target: '8004' } }));
    await done({ type: 'answer' });
    expect(await done({ type: 'transfer', number: '8005' })).toHaveLength(1);
    expect(await done({ type: 'call', number: '8006' })).toHaveLength(1);
    expect(switchboard.board().anomalies).toBe(0);
  });
});

test('what the switch cannot do is refused with its reason, and never asked for', async () => {
  await told(delivered('e'));
  await done({ type: 'answer' });
  await done({ type: 'transfer', number: '8004' });
  await told(delivered('a'));
  await done({ type: 'answer' });
  for (const command of [
    { type: 'bind-headset' },
    { type: 'reset-headset' },
    { type: 'mute', on: true },
    { type: 'take-back', call: 'e' },
  ] as const) {
    expect(await switchboard.execute(command)).toEqual({ ok: false, reason: MISSING });
  }
  await told(cleared('a', 'party'));
  expect(await switchboard.execute({ type: 'unbind-headset' })).toEqual({ ok: false, reason: MISSING });
  await told({ type: 'link', state: 'down' }, { type: 'link', state: 'up' });
  const asked = new Set(link.asked.map(({ type }) => type));
  expect([...asked].filter((type) => CAPABILITIES[type] !== true)).toEqual([]);
});
