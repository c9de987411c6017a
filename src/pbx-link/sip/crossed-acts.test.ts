import { afterEach, expect, it } from 'vitest';
import { HEADSET_PORT, ring, silence, status } from './testing/reactions.ts';
import { Scene } from './testing/scene.ts';
import { describeAudio, describeEncrypted } from './testing/sdp-text.ts';
import { aWhile } from './testing/until.ts';

let scene: Scene;
afterEach(() => scene.close());

it('a headset phone that answers without usable audio is hung up', async () => {
  scene = await Scene.open();
  scene.exchange.next('INVITE', ring(180));
  const out = scene.execute({ type: 'bind-headset' });
  await scene.exchange.request('INVITE');
  const phone = await scene.exchange.dialogWith('*588001');
  phone.answer(describeEncrypted(HEADSET_PORT));
  expect(await out).toMatchObject({ outcome: 'refused', reason: { key: 'headset-lost' } });
  await aWhile();
  expect(phone.end).toBe('BYE');
});

it('unbound while it is being bound anew the phone is not called', async () => {
  scene = await Scene.bound();
  scene.exchange.next('BYE', silence);
  const again = scene.execute({ type: 'bind-headset' });
  await scene.exchange.request('BYE');
  expect(await scene.execute({ type: 'unbind-headset' })).toEqual({ outcome: 'done' });
  const calls = scene.exchange.received('INVITE').length;
  await scene.timers.expireNext(4000);
  expect(await again).toMatchObject({ outcome: 'refused', reason: { key: 'already-pending' } });
  expect(scene.exchange.received('INVITE')).toHaveLength(calls);
});

it('a stop while a bind waits for an act does not call the phone', async () => {
  scene = await Scene.bound();
  const caller = await scene.talking();
  const out = scene.execute({ type: 'transfer', call: caller.id, number: '8004' });
  await scene.exchange.request('REFER');
  const bind = scene.execute({ type: 'bind-headset' });
  const phoneCalls = () => scene.exchange.received('INVITE').filter(({ uri }) => uri.includes('*58')).length;
  const before = phoneCalls();
  await scene.link.stop();
  await aWhile();
  expect((await out).outcome).toBe('refused');
  expect((await bind).outcome).toBe('refused');
  expect(phoneCalls()).toBe(before);
});

it('a return to the source that the headset phone refuses leaves the source on music', async () => {
  scene = await Scene.bound();
  const source = await scene.talking();
  const dest = await scene.called('8005', source.id);
  const headset = await scene.headset();
  scene.exchange.next('INVITE', status(488), (one) => one.dialog === headset);
  const out = await scene.execute({ type: 'reconnect', call: source.id, clear: dest.id });
  expect(out.outcome).toBe('refused');
  expect(scene.told(source.id).at(-1)).toBe('held');
  expect(scene.onMusic(source.dialog)).toBe(true);
});

it('an answer that the headset phone refuses twice leaves the one held for it on music', async () => {
  scene = await Scene.bound();
  const before = await scene.talking();
  const next = await scene.waiting();
  const headset = await scene.headset();
  scene.exchange.next('INVITE', status(488), (one) => one.dialog === headset);
  scene.exchange.next('INVITE', status(488), (one) => one.dialog === headset);
  const out = await scene.execute({ type: 'answer', call: next.id, hold: before.id });
  expect(out.outcome).toBe('refused');
  expect(scene.told(before.id).at(-1)).toBe('held');
  expect(scene.onMusic(before.dialog)).toBe(true);
});
it("a caller recalled before the exchange's word who then gives up: the referred leg is ended", async () => {
  scene = await Scene.bound();
  const caller = await scene.talking(undefined, { from: '5550177' });
  let accept: () => void = () => undefined;
  scene.exchange.next('REFER', (incoming) => {
    accept = () => incoming.reply(202);
  });
  const outcome = scene.execute({ type: 'transfer', call: caller.id, number: '8004' });
  await scene.exchange.request('REFER');
  const back = await scene.waiting(undefined, { from: '5550177', headers: { 'X-Recall': '8004;BUSY' } });
  expect(back.id).toBe(caller.id);
  void back.dialog.cancel();
  await scene.event('cleared', { call: caller.id });
  accept();
  await caller.dialog.notifyRefer('486 Busy Here', true);
  await outcome;
  await aWhile();
  expect(caller.dialog.end).toBe('BYE');
});
it('a join before any tag whose CANCEL crosses the 200: BYE goes before the REFER', async () => {
  scene = await Scene.bound();
  const source = await scene.talking();
  scene.exchange.next('INVITE', ring(100), (one) => one.request.uri.includes('8005'));
  const made = scene.execute({ type: 'make-call', call: 'own', number: '8005', hold: source.id });
  const dialog = await scene.exchange.dialogWith('8005');
  await scene.timers.expireNext(3000);
  await made;
  scene.exchange.next('CANCEL', (incoming) => {
    incoming.reply(200);
    dialog.answer(describeAudio({ port: 20500 }));
  });
  const out = scene.execute({ type: 'join', source: source.id, destination: 'own' });
  await scene.exchange.request('REFER');
  await aWhile();
  expect(dialog.end).toBe('BYE');
  await source.dialog.notifyRefer('200 OK', true);
  expect(await out).toEqual({ outcome: 'done' });
});
it('the headset phone hangs up during a pick-up: the caller is kept, on music', async () => {
  scene = await Scene.bound();
  const caller = await scene.talking();
  const t = scene.execute({ type: 'transfer', call: caller.id, number: '8004' });
  await scene.exchange.request('REFER');
  await caller.dialog.notifyRefer('180 Ringing', false);
  await t;
  const back = scene.execute({ type: 'take-back', call: caller.id, hold: null });
  const dialog = await scene.exchange.dialogWith('*88004');
  await (await scene.headset()).bye();
  await scene.event('headset', { state: 'lost' });
  dialog.answer(dialog.sdp);
  expect(await back).toMatchObject({ outcome: 'refused', reason: { key: 'no-headset' } });
  await aWhile();
  expect(scene.told(caller.id).at(-1)).toBe('held');
  expect(dialog.end).toBe(null);
  expect(scene.onMusic(dialog)).toBe(true);
});
