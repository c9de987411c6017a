import type { Connection } from '../../pbx-link/model/call.ts';
import type { ExchangeEvent } from '../../pbx-link/model/exchange-event.ts';
import type { Capabilities } from '../../pbx-link/model/exchange-link.ts';
import type { BoardEvent } from '../board/board-event.ts';
import { type Desk, type DeskPolicy, newDesk } from '../board/desk.ts';
import { reduce } from '../board/reduce.ts';

export const ALL_CAPABILITIES: Capabilities = {
  'bind-headset': true,
  'unbind-headset': true,
  'check-seat': true,
  answer: true,
  reject: true,
  'make-call': true,
  hold: true,
  retrieve: true,
  mute: true,
  clear: true,
  reconnect: true,
  transfer: true,
  join: true,
  'take-back': true,
  'send-digits': true,
  flash: true,
};

export const SAMPLE_POLICY: DeskPolicy = {
  dialInCall: 'consult',
  holdRecallSeconds: 60,
  bindAtStart: true,
  commandSeconds: 10,
};

type WithoutTime<T> = T extends unknown ? Omit<T, 'at'> : never;
/** An event whose time the test does not care about. */
export type Untimed = WithoutTime<ExchangeEvent>;

/** A desk after these events, one a second. Throws when one of them cannot be: the test itself is wrong then. */
export function deskAfter(events: readonly (Untimed | BoardEvent)[], policy: Partial<DeskPolicy> = {}): Desk {
  const start = newDesk({
    epoch: 'epoch',
    at: 0,
    line: '8000',
    headset: '8001',
    capabilities: ALL_CAPABILITIES,
    policy: { ...SAMPLE_POLICY, ...policy },
  });
  return thenDesk(start, events);
}

export function thenDesk(desk: Desk, events: readonly (Untimed | BoardEvent)[]): Desk {
  return events.reduce((before, event) => {
    const timed = { at: before.board.at + 1_000, ...event } as BoardEvent;
    const { desk: after, verdict, note } = reduce(before, timed);
    if (verdict === 'anomaly') throw new Error(`a sample event cannot be: ${note}`);
    return after;
  }, desk);
}

/** The desk is ready for calls. */
export const READY: readonly Untimed[] = [
  { type: 'link', state: 'up' },
  { type: 'line', state: 'registered' },
  { type: 'headset', state: 'bound' },
];

export function delivered(
  call: string,
  more: Partial<Extract<Untimed, { type: 'delivered' }>> = {},
): Untimed {
  return {
    type: 'delivered',
    call,
    party: { number: `9${call}`, name: '' },
    origin: 'outside',
    calledNumber: '8000',
    priority: 0,
    recall: null,
    ...more,
  };
}

export function initiated(call: string, number: string = call): Untimed {
  return { type: 'initiated', call, party: { number, name: '' }, origin: 'inside' };
}

/** The events that bring a fresh call into a state. */
export function eventsTo(
  call: string,
  state: Connection['state'] | 'extended' | 'unknown',
): readonly Untimed[] {
  const target = { number: '8004', name: '' };
  switch (state) {
    case 'unknown':
      return [];
    case 'queued':
      return [delivered(call)];
    case 'initiated':
      return [initiated(call)];
    case 'alerting':
      return [initiated(call), { type: 'alerting', call }];
    case 'connected':
      return [delivered(call), { type: 'established', call }];
    case 'held':
      return [...eventsTo(call, 'connected'), { type: 'held', call, by: 'self' }];
    case 'failed':
      return [initiated(call), { type: 'failed', call, cause: { key: 'busy' } }];
    case 'cleared':
      return [delivered(call), { type: 'cleared', call, cause: { key: 'normal' }, by: 'party' }];
    case 'extended':
      return [...eventsTo(call, 'connected'), { type: 'extended', call, target }];
  }
}
