import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headerOf } from '../sip-agent/message/sip-message.ts';
import { type Challenge, challenge, isAuthentic } from './testing/challenge.ts';
import { status } from './testing/reactions.ts';
import { LINE, PASSWORD, Scene } from './testing/scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.bound();
});
afterEach(() => scene.close());

/** A caller is sent to 8004 and rings there; gives his call. */
async function sentAway(): Promise<string> {
  const { id, dialog } = await scene.talking();
  const outcome = scene.execute({ type: 'transfer', call: id, number: '8004' });
  await scene.exchange.request('REFER');
  await dialog.notifyRefer('200 OK', true);
  expect(await outcome).toEqual({ outcome: 'done' });
  await scene.event('extended', { call: id });
  return id;
}

it("tells by the target's lamp that the call was answered, and ends the subscription", async () => {
  const id = await sentAway();
  await scene.exchange.request('SUBSCRIBE');
  const watch = await scene.exchange.dialogWith('8004');
  await watch.notifyDialog('early');
  expect(scene.told(id).at(-1)).toBe('extended');
  await watch.notifyDialog('confirmed');
  const { outcome } = await scene.event('extended-ended', { call: id });
  expect(outcome).toBe('answered');
  const last = await scene.exchange.request('SUBSCRIBE', 2);
  expect([headerOf(last, 'Expires'), headerOf(last, 'Call-ID')]).toEqual(['0', watch.callId]);
});

it('a lamp that the exchange does not show is said to be unknown', async () => {
  scene.exchange.next('SUBSCRIBE', status(404));
  const id = await sentAway();
  expect((await scene.event('extended-ended', { call: id })).outcome).toBe('unknown');
});

it('a subscription that the exchange ends before anything is known is said to be unknown', async () => {
  const id = await sentAway();
  await scene.exchange.request('SUBSCRIBE');
  await (await scene.exchange.dialogWith('8004')).request('NOTIFY', {
    headers: { Event: 'dialog', 'Subscription-State': 'terminated;reason=timeout' },
  });
  expect((await scene.event('extended-ended', { call: id })).outcome).toBe('unknown');
});

const CHALLENGES: readonly Challenge[] = [
  { status: 401 },
  { status: 407 },
  { status: 401, algorithm: 'SHA-256' },
];

describe.each(CHALLENGES)('challenged by $status $algorithm', (wanted) => {
  it('the watch begins, and ends, with the right answer', async () => {
    scene.exchange.next('SUBSCRIBE', challenge(wanted));
    const id = await sentAway();
    const begun = await scene.exchange.request('SUBSCRIBE', 2);
    expect(isAuthentic(begun, wanted, LINE, PASSWORD)).toBe(true);
    const watch = await scene.exchange.dialogWith('8004');
    scene.exchange.next('SUBSCRIBE', challenge(wanted));
    await watch.notifyDialog('early');
    await watch.notifyDialog('confirmed');
    expect((await scene.event('extended-ended', { call: id })).outcome).toBe('answered');
    const ended = await scene.exchange.request('SUBSCRIBE', 4);
    expect(isAuthentic(ended, wanted, LINE, PASSWORD)).toBe(true);
    expect(headerOf(ended, 'Expires')).toBe('0');
    expect(watch.end).toBe('SUBSCRIBE');
  });

  it('again and again, nothing is known', async () => {
    for (let i = 0; i < 3; i += 1) scene.exchange.next('SUBSCRIBE', challenge(wanted));
    const id = await sentAway();
    expect((await scene.event('extended-ended', { call: id })).outcome).toBe('unknown');
    expect(scene.exchange.received('SUBSCRIBE')).toHaveLength(2);
  });
});
