import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { HandClock } from '../model/testing/hand-clock.ts';
import type { SrfDialog, SrfMessage, SrfRequest, SrfResponse, SrfStack } from './srf.ts';
import { WaitingInvite } from './waiting-invite.ts';

const MINUTE = 60_000;

/** An INVITE as srf hands it over, and a stack whose answer to `accept` the test gives. */
function arrive() {
  const clock = new HandClock();
  const emitter = new EventEmitter();
  const headers: Record<string, string> = { From: '<sip:1@h>;tag=abc', 'Call-ID': 'c1' };
  const req = Object.assign(emitter, { get: (name: string) => headers[name], has: () => true, body: '' });
  const sent: number[] = [];
  const res = { send: (status: number) => sent.push(status) } as unknown as SrfResponse;
  const cancels: SrfMessage[] = [];
  let answer: (err: Error | null, dialog?: SrfDialog) => void = () => undefined;
  const stack = { createUAS: (_req, _res, _options, callback) => (answer = callback) } as Pick<
    SrfStack,
    'createUAS'
  >;
  const waiting = new WaitingInvite(req as unknown as SrfRequest, res, {
    stack: stack as SrfStack,
    clock,
    minuteMs: MINUTE,
    contact: '<sip:8000@localhost>',
    onCancel: (cancel) => cancels.push(cancel),
  });
  return {
    clock,
    emitter,
    sent,
    cancels,
    waiting,
    answerIs: (err: Error | null, dialog?: SrfDialog) => answer(err, dialog),
  };
}

it('rings at once and again each minute (RFC 3261 13.3.1.1)', async () => {
  const { clock, sent } = arrive();
  expect(sent).toEqual([180]);
  await clock.pass(10 * MINUTE);
  expect(sent).toEqual(Array(11).fill(180));
});

it('names its early dialog as the stack does', () => {
  expect(arrive().waiting.dialogId).toBe('c1;from-tag=abc');
});

it.each([
  ['refused', (one: ReturnType<typeof arrive>) => one.waiting.refuse(486), [180, 486]],
  ['cancelled', (one: ReturnType<typeof arrive>) => one.emitter.emit('cancel', {}), [180]],
  ['forgotten by the exchange', (one: ReturnType<typeof arrive>) => one.waiting.drop(), [180]],
])('%s it is over and leaves no timer', async (_how, end, sent) => {
  const one = arrive();
  end(one);
  expect(one.waiting.open).toBe(false);
  expect(one.clock.waiting).toBe(0);
  await one.clock.pass(5 * MINUTE);
  one.waiting.refuse(480);
  expect(one.sent).toEqual(sent);
});

it('a CANCEL is reported once, and not after the answer', () => {
  const one = arrive();
  one.emitter.emit('cancel', {});
  one.emitter.emit('cancel', {});
  expect(one.cancels).toHaveLength(1);
  const other = arrive();
  const ends: boolean[] = [];
  other.waiting.accept(
    'v=0',
    () => undefined,
    (ok) => ends.push(ok),
  );
  other.answerIs(null, {} as SrfDialog);
  other.emitter.emit('cancel', {});
  expect([other.cancels.length, ends]).toEqual([0, [true]]);
});

it('an answer that the stack could not send is said once, and the dialog callback does not run', () => {
  const one = arrive();
  const ends: boolean[] = [];
  let dialogs = 0;
  one.waiting.accept(
    'v=0',
    () => (dialogs += 1),
    (ok) => ends.push(ok),
  );
  one.answerIs(new Error('487'));
  one.answerIs(null, {} as SrfDialog);
  expect([ends, dialogs]).toEqual([[false], 0]);
});
