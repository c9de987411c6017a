import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HEADSET_PORT, ring, silence, status } from './testing/reactions.ts';
import { Scene } from './testing/scene.ts';
import { describeAudio } from './testing/sdp-text.ts';
import { aWhile, until } from './testing/until.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open();
});
afterEach(() => scene.close());

const bind = () => scene.execute({ type: 'bind-headset' });
const bindings = () => scene.exchange.received('INVITE').filter((req) => req.uri.includes('*58')).length;

/** The exchange falls silent, the desk notices by its ping, and the exchange answers again. */
async function outage(during: () => void = () => undefined): Promise<void> {
  const since = scene.events.length;
  scene.exchange.deaf = true;
  await scene.timers.expireNext(2000);
  await scene.timers.expireNext(1500);
  await scene.event('link', { state: 'down' }, since);
  during();
  scene.exchange.deaf = false;
  await scene.timers.expireNext(2000);
  await scene.event('link', { state: 'up' }, since);
}

describe('a phone that is not lifted', () => {
  it('is called for 30 s, then the call is taken back and the desk says so', async () => {
    scene.exchange.next('INVITE', ring(180));
    const outcome = bind();
    await scene.exchange.request('INVITE');
    expect(scene.timers.expire(30_000)).toEqual([30_000]);
    expect(await outcome).toEqual({ outcome: 'refused', reason: { key: 'no-answer' } });
    expect((await scene.exchange.request('CANCEL')).uri).toContain('*588001');
    expect((await scene.event('headset', { state: 'lost' })).reason).toEqual({ key: 'no-answer' });
    expect(await bind()).toEqual({ outcome: 'done' });
  });

  it('is given up though the exchange does not answer the CANCEL', async () => {
    scene.exchange.next('INVITE', ring(180));
    scene.exchange.next('CANCEL', silence);
    const outcome = bind();
    await scene.exchange.request('INVITE');
    scene.timers.expire(30_000);
    await scene.exchange.request('CANCEL');
    await scene.timers.expireNext(5000);
    expect(await outcome).toEqual({ outcome: 'refused', reason: { key: 'no-answer' } });
    const phone = await scene.exchange.dialogWith('*588001');
    phone.answer(describeAudio({ port: HEADSET_PORT }));
    await until(
      () => phone.end === 'BYE',
      () => 'the end of the call that was lifted too late',
    );
    expect(scene.events.findLast((one) => one.type === 'headset')).toMatchObject({ state: 'lost' });
  });

  it('can be given up before', async () => {
    scene.exchange.next('INVITE', ring(180));
    const outcome = bind();
    await scene.exchange.request('INVITE');
    expect(await scene.execute({ type: 'unbind-headset' })).toEqual({ outcome: 'done' });
    await scene.exchange.request('CANCEL');
    expect(await outcome).toMatchObject({ outcome: 'refused' });
    expect(scene.events.findLast((one) => one.type === 'headset')).toMatchObject({ state: 'unbound' });
  });
});

it('a phone that the exchange does not reach is told with its reason', async () => {
  scene.exchange.next('INVITE', status(480));
  expect(await bind()).toMatchObject({ outcome: 'refused', reason: { key: 'not-registered' } });
});

describe('after an outage of the exchange', () => {
  it('a phone that the operator had hung up stays unbound', async () => {
    await bind();
    await (await scene.headset()).bye();
    await scene.event('headset', { state: 'lost' });
    scene.timers.pass(11_000);
    await outage();
    await aWhile();
    expect(bindings()).toBe(1);
  });

  it('a phone that was lost with the exchange is bound again', async () => {
    await bind();
    const since = scene.events.length;
    await outage(() => scene.exchange.forget());
    await scene.event('headset', { state: 'lost' }, since);
    await scene.event('headset', { state: 'bound' }, since);
    expect(bindings()).toBe(2);
  });

  it('a phone whose call the exchange ended just before it went is bound again', async () => {
    await bind();
    const since = scene.events.length;
    await (await scene.headset()).bye();
    await scene.event('headset', { state: 'lost' }, since);
    await outage(() => scene.exchange.forget());
    await scene.event('headset', { state: 'bound' }, since);
    expect(bindings()).toBe(2);
  });

  it('a phone that is still there is left in its call', async () => {
    await bind();
    await outage();
    await aWhile();
    expect(bindings()).toBe(1);
    expect((await scene.headset()).end).toBe(null);
    const { id, dialog } = await scene.talking();
    expect(scene.joined(dialog, await scene.headset())).toBe(true);
    expect(scene.told(id)).toEqual(['delivered', 'established']);
  });
});

describe('the phone hangs up', () => {
  it('while a call is in hand: that one hears music, and waits for the phone', async () => {
    await bind();
    const { id, dialog } = await scene.talking();
    await (await scene.headset()).bye();
    await scene.event('held', { call: id, by: 'self' });
    expect(scene.onMusic(dialog)).toBe(true);
    expect(dialog.end).toBe(null);
    expect(await bind()).toEqual({ outcome: 'done' });
    expect(await scene.execute({ type: 'retrieve', call: id, hold: null })).toEqual({ outcome: 'done' });
    expect(scene.joined(dialog, await scene.headset())).toBe(true);
  });

  it("while the desk's own call still rings: that one is cancelled, and it is said why", async () => {
    await bind();
    const { id, dialog } = await scene.ringing('8004');
    await (await scene.headset()).bye();
    const { cause } = await scene.event('cleared', { call: id });
    expect(cause.key).toBe('headset-lost');
    expect((await scene.exchange.request('CANCEL')).uri).toContain('8004');
    await until(
      () => dialog.end === 'CANCEL',
      () => 'the CANCEL to have its effect',
    );
    expect(scene.told(id)).toEqual(['initiated', 'alerting', 'cleared']);
  });

  it('while one call waits and another is held: both stay where they are', async () => {
    await bind();
    const held = await scene.talking();
    await scene.execute({ type: 'hold', call: held.id, by: 'hand' });
    const waiting = await scene.waiting();
    await (await scene.headset()).bye();
    await scene.event('headset', { state: 'lost' });
    await aWhile();
    expect([held.dialog.end, waiting.dialog.end]).toEqual([null, null]);
    const outcome = await scene.execute({ type: 'answer', call: waiting.id, hold: null });
    expect(outcome).toMatchObject({ outcome: 'refused', reason: { key: 'no-headset' } });
  });
});
