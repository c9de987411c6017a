import { afterEach, beforeEach, expect, it } from 'vitest';
import { ring, status } from './testing/reactions.ts';
import { type Caller, Scene } from './testing/scene.ts';
import { until } from './testing/until.ts';

const PICK_UP = '*88004';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.bound();
});
afterEach(() => scene.close());

/** A caller who was sent to 8004, where it rings. */
async function sentAway(): Promise<Caller> {
  const caller = await scene.talking();
  const outcome = scene.execute({ type: 'transfer', call: caller.id, number: '8004' });
  await scene.exchange.request('REFER');
  await caller.dialog.notifyRefer('180 Ringing', false);
  expect(await outcome).toEqual({ outcome: 'done' });
  await scene.event('extended', { call: caller.id });
  return caller;
}

const takeBack = (call: string, hold: string | null = null) =>
  scene.execute({ type: 'take-back', call, hold });

it('the pick-up gives the caller back, and the leg that was referred is ended', async () => {
  const caller = await sentAway();
  const back = takeBack(caller.id);
  const dialog = await scene.exchange.dialogWith(PICK_UP);
  dialog.answer(dialog.sdp);
  expect(await back).toEqual({ outcome: 'done' });
  expect(scene.joined(dialog, await scene.headset())).toBe(true);
  expect(scene.told(caller.id)).toEqual(['delivered', 'established', 'extended', 'established']);
  await until(
    () => caller.dialog.end !== null,
    () => 'the BYE of the referred leg',
  );
});

it('refused: the command says why, the call in hand is in hand again, and the other one still rings', async () => {
  const caller = await sentAway();
  const inHand = await scene.talking();
  scene.exchange.next('INVITE', status(486), (one) => one.request.uri.includes(PICK_UP));
  const outcome = await takeBack(caller.id, inHand.id);
  expect(outcome).toMatchObject({ outcome: 'refused', reason: { key: 'nothing-to-take-back' } });
  expect(scene.joined(inHand.dialog, await scene.headset())).toBe(true);
  expect(scene.told(inHand.id).at(-1)).toBe('established');
  expect(scene.told(caller.id).at(-1)).toBe('extended');
});

it('not answered in time: it is cancelled and the headset rests', async () => {
  const caller = await sentAway();
  scene.exchange.next('INVITE', ring(180), (one) => one.request.uri.includes(PICK_UP));
  const outcome = takeBack(caller.id);
  await scene.exchange.dialogWith(PICK_UP);
  await until(
    () => scene.timers.expire(4000).length > 0,
    () => 'the limit of the pick-up',
  );
  expect(await outcome).toMatchObject({ outcome: 'refused', reason: { key: 'nothing-to-take-back' } });
  expect(scene.exchange.received('CANCEL')).toHaveLength(1);
  await scene.rests();
});

it('a call that has come to an end where it was sent is not taken back', async () => {
  const caller = await sentAway();
  expect(await takeBack('no-such-call')).toMatchObject({ reason: { key: 'nothing-to-take-back' } });
  const other = await scene.talking();
  expect(await takeBack(other.id)).toMatchObject({ reason: { key: 'nothing-to-take-back' } });
  expect(scene.told(caller.id).at(-1)).toBe('extended');
});

it('the link is stopped during the pick-up: a leg that still comes is ended', async () => {
  const caller = await sentAway();
  scene.exchange.next('INVITE', ring(100), (one) => one.request.uri.includes(PICK_UP));
  const outcome = takeBack(caller.id);
  const dialog = await scene.exchange.dialogWith(PICK_UP);
  const stopped = scene.link.stop();
  dialog.answer(dialog.sdp);
  const limit = setInterval(() => scene.timers.expire(3000), 300);
  await stopped;
  clearInterval(limit);
  expect((await outcome).outcome).toBe('refused');
  expect(dialog.end).not.toBe(null);
});
