import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerWith, HEADSET_PORT, type Incoming, type Reaction, status } from './testing/reactions.ts';
import { Scene } from './testing/scene.ts';
import { audioOf, describeAudio } from './testing/sdp-text.ts';
import { until } from './testing/until.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.bound();
});
afterEach(() => scene.close());

const answer = (call: string, hold: string | null = null) => scene.execute({ type: 'answer', call, hold });

/** The next re-INVITE to the headset phone gets this reaction. */
const headsetGets = (react: Reaction) =>
  scene.exchange.next(
    'INVITE',
    react,
    ({ request }) => request.uri.includes('exchange') && isHeadset(request),
  );

function isHeadset(request: { readonly headers: readonly { name: string; value: string }[] }): boolean {
  const callId = request.headers.find(({ name }) => name === 'Call-ID')?.value;
  return scene.exchange.dialogs.some((one) => one.callId === callId && one.localUri.includes('*58'));
}

describe('an INVITE without an offer (RFC 3261 13.2.1)', () => {
  it('gets ours in the 200, and its answer comes with the ACK', async () => {
    const port = scene.exchange.freePort();
    const caller = await scene.waiting(null, { answer: describeAudio({ port }) });
    expect(await answer(caller.id)).toEqual({ outcome: 'done' });
    expect(audioOf(caller.dialog.heard)).toMatchObject({ port: HEADSET_PORT, direction: 'sendrecv' });
    expect(audioOf((await scene.headset()).heard)).toMatchObject({ port, direction: 'sendrecv' });
    expect(scene.told(caller.id)).toEqual(['delivered', 'established']);
  });

  it('and none in the ACK either is ended, not left in a call without sound', async () => {
    const caller = await scene.waiting(null, { answer: null });
    const outcome = await answer(caller.id);
    expect(outcome).toMatchObject({ outcome: 'refused', reason: { key: 'exchange-error' } });
    await scene.exchange.request('BYE');
    expect(caller.dialog.end).toBe('BYE');
    expect(scene.told(caller.id)).toEqual(['delivered', 'cleared']);
    expect(await scene.resting()).toBe(true);
  });
});

it('video beside the audio is declined with port 0, in its place (RFC 3264 6)', async () => {
  const others = ['m=video 4002 RTP/AVP 96', 'a=rtpmap:96 H264/90000'];
  const { dialog } = await scene.talking(describeAudio({ port: 30_500, others }));
  const lines = dialog.heard.split('\r\n').filter((line) => line.startsWith('m='));
  expect(lines).toEqual([`m=audio ${HEADSET_PORT} RTP/AVP 0 8 101`, 'm=video 0 RTP/AVP 96']);
});

it('formats that the desk does not know go through to the headset phone', async () => {
  const offer = describeAudio({ port: 30_500, formats: '120 8 101' });
  const headset = await scene.headset();
  headset.sdp = describeAudio({ port: HEADSET_PORT, formats: '8 101' });
  const { dialog } = await scene.talking(offer);
  expect(audioOf(headset.heard).formats).toBe('120 8 101');
  expect(headset.heard).toContain('a=rtpmap:120 FOREIGN/8000');
  expect(audioOf(dialog.heard).formats).toBe('8 101');
});

describe("the headset phone's re-INVITE fails", () => {
  it.each([
    ['refused', status(488), 'exchange-error'],
    ['unknown to the exchange', status(481), 'no-headset'],
  ])('%s: the caller waits on, and the command says why', async (_how, react, key) => {
    const caller = await scene.waiting();
    headsetGets(react);
    expect(await answer(caller.id)).toMatchObject({ outcome: 'refused', reason: { key } });
    expect(caller.dialog.end).toBe(null);
    expect(caller.dialog.heard).toBe('');
    expect(scene.told(caller.id)).toEqual(['delivered']);
  });

  it('not answered: the caller waits on, the command says why, and what comes late joins nobody', async () => {
    const caller = await scene.waiting();
    const open: Incoming[] = [];
    headsetGets((incoming) => open.push(incoming));
    const outcome = answer(caller.id);
    await until(
      () => open.length === 1,
      () => 'the re-INVITE of the headset',
    );
    expect(scene.timers.expire(4000)).toEqual([4000]);
    // The offer of before is open yet, so that the rest cannot be offered (RFC 3261 14.1).
    await scene.timers.expireNext(150);
    await scene.timers.expireNext(150);
    expect(await outcome).toMatchObject({ outcome: 'refused', reason: { key: 'exchange-error' } });
    open.forEach(answerWith(describeAudio({ port: HEADSET_PORT })));
    const headset = await scene.headset();
    await until(
      () => audioOf(headset.heard).port === 9,
      () => 'the headset to rest',
    );
    expect(await scene.resting()).toBe(true);
    expect(caller.dialog.end).toBe(null);
    expect(scene.told(caller.id)).toEqual(['delivered']);
  });

  it('the caller who waited on is answered by the next try', async () => {
    const caller = await scene.waiting();
    headsetGets(status(488));
    await answer(caller.id);
    expect(await answer(caller.id)).toEqual({ outcome: 'done' });
    expect(scene.joined(caller.dialog, await scene.headset())).toBe(true);
  });

  it('the call that was in hand is in hand again', async () => {
    const first = await scene.talking();
    const second = await scene.waiting();
    headsetGets(status(488));
    expect(await answer(second.id, first.id)).toMatchObject({ outcome: 'refused' });
    expect(scene.joined(first.dialog, await scene.headset())).toBe(true);
    expect(scene.told(first.id).at(-1)).toBe('established');
    expect(scene.told(second.id)).toEqual(['delivered']);
  });

  it('for good: the call that was in hand is held, and both are told', async () => {
    const first = await scene.talking();
    const second = await scene.waiting();
    headsetGets(status(481));
    const outcome = await answer(second.id, first.id);
    expect(outcome).toMatchObject({ outcome: 'refused', reason: { key: 'no-headset' } });
    await scene.event('headset', { state: 'lost' });
    await until(
      () => scene.onMusic(first.dialog),
      () => `music for the first: ${first.dialog.heard}`,
    );
    await scene.event('held', { call: first.id });
    expect(scene.told(first.id).at(-1)).toBe('held');
    expect(first.dialog.end).toBe(null);
    expect(second.dialog.end).toBe(null);
  });
});

it('a call in hand that cannot be held is in hand on, and the new one waits', async () => {
  const first = await scene.talking();
  const second = await scene.waiting();
  scene.exchange.next('INVITE', status(488), ({ dialog }) => dialog === first.dialog);
  expect(await answer(second.id, first.id)).toMatchObject({
    outcome: 'refused',
    reason: { key: 'exchange-error' },
  });
  expect(scene.joined(first.dialog, await scene.headset())).toBe(true);
  expect(second.dialog.heard).toBe('');
  expect(scene.told(second.id)).toEqual(['delivered']);
});

it('legs of different formats are joined in turn: the party gets what the phone has chosen', async () => {
  const headset = await scene.headset();
  headset.sdp = describeAudio({ port: HEADSET_PORT, formats: '8' });
  const { id, dialog } = await scene.talking(describeAudio({ port: 30_500, formats: '8' }));
  headset.sdp = describeAudio({ port: HEADSET_PORT, formats: '0 8 101' });
  await scene.execute({ type: 'hold', call: id, by: 'hand' });
  headsetGets(answerWith(describeAudio({ port: HEADSET_PORT + 2, formats: '8' })));
  expect(await scene.execute({ type: 'retrieve', call: id, hold: null })).toEqual({ outcome: 'done' });
  expect(audioOf(headset.heard)).toMatchObject({ formats: '8', port: 30_500 });
  const offers = dialog.received('INVITE').map((req) => audioOf(req.body.toString()));
  // One to hold and one to retrieve: the second names nothing but what the phone has answered.
  expect(offers).toHaveLength(2);
  expect(offers[1]).toMatchObject({ formats: '8', port: HEADSET_PORT + 2, direction: 'sendrecv' });
});

it('a caller who gives up while the headset phone is asked is gone, and the headset is silent', async () => {
  const caller = await scene.waiting();
  const open: Incoming[] = [];
  headsetGets((incoming) => open.push(incoming));
  const outcome = answer(caller.id);
  await until(
    () => open.length === 1,
    () => 'the re-INVITE of the headset',
  );
  await caller.dialog.cancel();
  await scene.event('cleared', { call: caller.id });
  open.forEach(answerWith(describeAudio({ port: HEADSET_PORT })));
  expect(await outcome).toMatchObject({ outcome: 'refused', reason: { key: 'call-gone' } });
  expect(caller.dialog.end).toBe(487);
  expect(scene.told(caller.id)).toEqual(['delivered', 'cleared']);
  expect(await scene.resting()).toBe(true);
});
