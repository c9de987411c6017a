import { afterEach, beforeEach, expect, it } from 'vitest';
import { Scene } from './testing/scene.ts';
import { describeAudio, describeEncrypted, describeFax } from './testing/sdp-text.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.bound();
});
afterEach(() => scene.close());

it.each([
  ['a fax alone', describeFax(30_500)],
  ['encrypted audio alone', describeEncrypted(30_500)],
])('an offer of %s gets 488 at once and never becomes a row', async (_what, offer) => {
  const dialog = await scene.invite(offer);
  expect(dialog.end).toBe(488);
  // The next call is delivered, and it is the first.
  await scene.invite(describeAudio({ port: 30_500 }));
  await scene.event('delivered');
  expect(scene.events.filter((one) => one.type === 'delivered')).toHaveLength(1);
});

it('beyond 500 that wait the exchange is told to try elsewhere, and one that leaves makes room', async () => {
  const offer = describeAudio({ port: 30_500 });
  const dialogs = [];
  for (let i = 0; i < 500; i += 1) dialogs.push(await scene.invite(offer, { from: String(1000 + i) }));
  const rows = () => scene.events.filter((one) => one.type === 'delivered').length;
  expect(rows()).toBe(500);
  expect((await scene.invite(offer)).end).toBe(503);
  expect(rows()).toBe(500);
  await dialogs[0]?.cancel();
  await scene.event('cleared');
  expect((await scene.invite(offer)).end).toBe(null);
  await scene.event('delivered', {}, scene.events.length - 1);
  expect(rows()).toBe(501);
});

it('a caller who cancels is gone, by his own will or because another position was quicker', async () => {
  const [one, other] = [await scene.waiting(), await scene.waiting()];
  await one.dialog.cancel();
  await other.dialog.cancel({ Reason: 'SIP;cause=200;text="Call completed elsewhere"' });
  const causes = [
    await scene.event('cleared', { call: one.id }),
    await scene.event('cleared', { call: other.id }),
  ].map(({ cause, by }) => [cause.key, by]);
  expect(causes).toEqual([
    ['caller-gave-up', 'party'],
    ['answered-elsewhere', 'party'],
  ]);
});
