import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headerOf } from '../sip-agent/message/sip-message.ts';
import type { ExchangeDialog } from './testing/exchange-dialog.ts';
import { ring, silence, status } from './testing/reactions.ts';
import { type Caller, Scene } from './testing/scene.ts';
import { until } from './testing/until.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.bound();
});
afterEach(() => scene.close());

const transfer = (call: string) => scene.execute({ type: 'transfer', call, number: '8004' });
const referTo = (at = 0) =>
  decodeURIComponent(headerOf(scene.exchange.received('REFER')[at] ?? never(), 'Refer-To') ?? '');

function never(): never {
  throw new Error('no REFER came');
}

/** Whether the exchange was offered anew for a leg after the REFER: it has let go of the media for the transfer. */
function offeredAnew(dialog: ExchangeDialog): boolean {
  const { log } = scene.exchange;
  const after = log.slice(log.findLastIndex((one) => one.kind === 'request' && one.method === 'REFER'));
  return dialog.received('INVITE').some((one) => after.includes(one));
}

/** The caller is in the operator's ear again, and the screen was told. */
async function isBack(caller: Caller): Promise<void> {
  expect(offeredAnew(caller.dialog)).toBe(true);
  expect(scene.joined(caller.dialog, await scene.headset())).toBe(true);
  expect(caller.dialog.end).toBe(null);
  expect(scene.told(caller.id)).not.toContain('extended');
  expect(scene.told(caller.id).at(-1)).toBe('established');
}

describe('a REFER', () => {
  it.each([
    [403, 'forbidden'],
    [404, 'unknown-number'],
    [488, 'not-supported'],
  ])('answered %i gives the caller back and says why', async (code, key) => {
    const caller = await scene.talking();
    scene.exchange.next('REFER', status(code));
    expect(await transfer(caller.id)).toMatchObject({ outcome: 'refused', reason: { key } });
    await isBack(caller);
  });

  it('not answered at all gives the caller back and says so', async () => {
    const caller = await scene.talking();
    scene.exchange.next('REFER', silence);
    const outcome = transfer(caller.id);
    await scene.exchange.request('REFER');
    expect(scene.timers.expire(4000)).toEqual([4000]);
    expect(await outcome).toMatchObject({ outcome: 'refused', reason: { key: 'timeout' } });
    await isBack(caller);
  });

  it('taken with 202 and then silence gives the caller back and says so', async () => {
    const caller = await scene.talking();
    const outcome = transfer(caller.id);
    await scene.exchange.request('REFER');
    await until(
      () => !scene.timers.waiting.includes(4000),
      () => 'the 202 to be read',
    );
    expect(scene.timers.expire(6000)).toEqual([6000]);
    expect(await outcome).toMatchObject({ outcome: 'refused', reason: { key: 'timeout' } });
    await isBack(caller);
  });

  it('taken with 202 and then NOTIFY 503 gives the caller back and says why', async () => {
    const caller = await scene.talking();
    const outcome = transfer(caller.id);
    await scene.exchange.request('REFER');
    await caller.dialog.notifyRefer('100 Trying', false);
    await caller.dialog.notifyRefer('503 Service Unavailable', true);
    expect(await outcome).toMatchObject({ outcome: 'refused', reason: { key: 'congestion' } });
    await isBack(caller);
  });

  it('refused for a held caller leaves him on the music', async () => {
    const caller = await scene.talking();
    await scene.execute({ type: 'hold', call: caller.id, by: 'hand' });
    scene.exchange.next('REFER', status(403));
    expect(await transfer(caller.id)).toMatchObject({ outcome: 'refused', reason: { key: 'forbidden' } });
    expect(offeredAnew(caller.dialog)).toBe(true);
    expect(scene.onMusic(caller.dialog)).toBe(true);
    expect(scene.told(caller.id).at(-1)).toBe('held');
  });

  it('whose NOTIFY comes before the 202 is done all the same (RFC 3515 2.4.4)', async () => {
    const caller = await scene.talking();
    let accept: () => void = () => undefined;
    scene.exchange.next('REFER', (incoming) => {
      accept = () => incoming.reply(202);
    });
    const outcome = transfer(caller.id);
    await scene.exchange.request('REFER');
    await caller.dialog.notifyRefer('180 Ringing', false);
    accept();
    expect(await outcome).toEqual({ outcome: 'done' });
    expect(scene.told(caller.id)).toEqual(['delivered', 'established', 'extended']);
    expect(await scene.resting()).toBe(true);
    expect(caller.dialog.end).toBe(null);
    await caller.dialog.notifyRefer('200 OK', true);
    await until(
      () => caller.dialog.end === 'BYE',
      () => 'the BYE of the referrer',
    );
  });

  it('of a party that hangs up before anything was told: he is gone, and nothing has left', async () => {
    const caller = await scene.talking();
    const outcome = transfer(caller.id);
    await scene.exchange.request('REFER');
    await caller.dialog.bye();
    expect(await outcome).toMatchObject({ outcome: 'refused', reason: { key: 'call-gone' } });
    expect(scene.told(caller.id)).toEqual(['delivered', 'established', 'cleared']);
    await scene.rests();
  });

  it('whose subscription ends without a word gives the caller back at once', async () => {
    const caller = await scene.talking();
    const outcome = transfer(caller.id);
    await scene.exchange.request('REFER');
    await caller.dialog.notifyRefer('100 Trying', true);
    expect(await outcome).toMatchObject({ outcome: 'refused', reason: { key: 'timeout' } });
    await isBack(caller);
  });

  it('that names nothing more than a number is blind', async () => {
    const caller = await scene.talking();
    const outcome = transfer(caller.id);
    await scene.exchange.request('REFER');
    await caller.dialog.notifyRefer('200 OK', true);
    expect(await outcome).toEqual({ outcome: 'done' });
    expect(referTo()).toBe('<sip:8004@127.0.0.1>');
  });
});

describe('a caller who comes back before the exchange has said that it took him', () => {
  it('is the same call, and waits with the reason', async () => {
    const caller = await scene.talking(undefined, { from: '5550177' });
    let accept: () => void = () => undefined;
    scene.exchange.next('REFER', (incoming) => {
      accept = () => incoming.reply(202);
    });
    const outcome = transfer(caller.id);
    await scene.exchange.request('REFER');
    const back = await scene.waiting(undefined, { from: '5550177', headers: { 'X-Recall': '8004;BUSY' } });
    expect(back.id).toBe(caller.id);
    accept();
    await caller.dialog.notifyRefer('486 Busy Here', true);
    await outcome;
    expect(scene.told(caller.id)).toEqual(['delivered', 'established', 'extended', 'delivered']);
    const recall = scene.events.findLast((one) => one.type === 'delivered')?.recall;
    expect(recall).toEqual({ reason: 'busy', target: '8004' });
    await until(
      () => caller.dialog.end === 'BYE',
      () => 'the end of the leg that was referred',
    );
    expect(await scene.execute({ type: 'answer', call: back.id, hold: null })).toEqual({ outcome: 'done' });
    expect(scene.joined(back.dialog, await scene.headset())).toBe(true);
  });
});

describe('a join', () => {
  const join = (source: string, destination: string) => scene.execute({ type: 'join', source, destination });

  it('while it rings replaces the early dialog (RFC 3891 3)', async () => {
    const source = await scene.talking();
    const target = await scene.ringing('8004', source.id);
    const outcome = join(source.id, target.id);
    await scene.exchange.request('REFER');
    await source.dialog.notifyRefer('200 OK', true);
    expect(await outcome).toEqual({ outcome: 'done' });
    const { callId, localTag, remoteTag } = target.dialog;
    expect(referTo()).toBe(
      `<sip:8004@127.0.0.1?Replaces=${callId};to-tag=${localTag};from-tag=${remoteTag}>`,
    );
  });

  it('before the exchange has told a tag takes the attempt back and sends the source blind', async () => {
    const source = await scene.talking();
    scene.exchange.next('INVITE', ring(100), ({ request }) => request.uri.includes('sip:8004@'));
    const made = scene.execute({ type: 'make-call', call: 'own', number: '8004', hold: source.id });
    const target = await scene.exchange.dialogWith('8004');
    const outcome = join(source.id, 'own');
    await scene.exchange.request('REFER');
    expect(target.end).toBe('CANCEL');
    expect(referTo()).toBe('<sip:8004@127.0.0.1>');
    await source.dialog.notifyRefer('200 OK', true);
    expect(await outcome).toEqual({ outcome: 'done' });
    await made;
    expect(scene.told('own')).toEqual(['initiated', 'cleared']);
    expect(scene.told(source.id)).toEqual(['delivered', 'established', 'held', 'extended']);
  });

  it('is sent blind though the exchange does not answer the CANCEL', async () => {
    const source = await scene.talking();
    scene.exchange.next('INVITE', ring(100), ({ request }) => request.uri.includes('sip:8004@'));
    scene.exchange.next('CANCEL', silence);
    void scene.execute({ type: 'make-call', call: 'own', number: '8004', hold: source.id });
    const target = await scene.exchange.dialogWith('8004');
    const outcome = join(source.id, 'own');
    await scene.exchange.request('CANCEL');
    scene.timers.expire(2000);
    await scene.exchange.request('REFER');
    expect(referTo()).toBe('<sip:8004@127.0.0.1>');
    await source.dialog.notifyRefer('200 OK', true);
    expect(await outcome).toEqual({ outcome: 'done' });
    // Answered at the very end, when nobody waits for it any more.
    target.answer(target.sdp);
    await until(
      () => target.end === 'BYE',
      () => 'the end of the call that was answered too late',
    );
    expect(scene.told('own')).toEqual(['initiated', 'cleared']);
  });

  it('that is refused while it rings: the target rings on, the source is held', async () => {
    const source = await scene.talking();
    const target = await scene.ringing('8004', source.id);
    scene.exchange.next('REFER', status(501));
    const outcome = await join(source.id, target.id);
    expect(outcome).toMatchObject({ outcome: 'refused', reason: { key: 'not-supported' } });
    expect(target.dialog.end).toBe(null);
    expect(scene.onMusic(source.dialog)).toBe(true);
    target.dialog.answer(target.dialog.sdp);
    await scene.event('established', { call: target.id });
    expect(scene.joined(target.dialog, await scene.headset())).toBe(true);
  });

  it('that is refused while they talk leaves both as they were', async () => {
    const source = await scene.talking();
    const target = await scene.called('8004', source.id);
    scene.exchange.next('REFER', status(503));
    const outcome = await join(source.id, target.id);
    expect(outcome).toMatchObject({ outcome: 'refused', reason: { key: 'congestion' } });
    expect(scene.joined(target.dialog, await scene.headset())).toBe(true);
    expect(scene.onMusic(source.dialog)).toBe(true);
    expect([source.dialog.end, target.dialog.end]).toEqual([null, null]);
  });
});
