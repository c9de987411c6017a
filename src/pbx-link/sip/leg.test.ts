import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerWith, HEADSET_PORT, type Incoming, status } from './testing/reactions.ts';
import { Scene } from './testing/scene.ts';
import { audioOf, describeAudio, describeEncrypted, describeFax } from './testing/sdp-text.ts';
import { aWhile, until } from './testing/until.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.bound();
});
afterEach(() => scene.close());

describe('a re-INVITE from the exchange', () => {
  it.each([
    ['sendrecv', 'sendrecv'],
    ['sendonly', 'recvonly'],
    ['recvonly', 'sendonly'],
    ['inactive', 'inactive'],
  ] as const)('that is %s gets the present media back as %s (RFC 3264 6.1)', async (offered, answered) => {
    const { dialog } = await scene.talking();
    const { port } = audioOf(dialog.sdp);
    const res = await dialog.reinvite(describeAudio({ port, direction: offered, version: 2 }));
    expect(res.status).toBe(200);
    expect(audioOf(dialog.heard)).toMatchObject({ port: HEADSET_PORT, direction: answered });
  });

  it('to a party on hold gets the hold back', async () => {
    const { id, dialog } = await scene.talking();
    await scene.execute({ type: 'hold', call: id, by: 'hand' });
    const held = audioOf(dialog.heard);
    const res = await dialog.reinvite(describeAudio({ port: audioOf(dialog.sdp).port, version: 2 }));
    expect(res.status).toBe(200);
    expect(audioOf(dialog.heard)).toMatchObject({ port: held.port, direction: 'sendonly' });
    expect(held.port).not.toBe(HEADSET_PORT);
  });

  it.each([
    ['a fax alone', describeFax(40_000)],
    ['encrypted audio alone', describeEncrypted(40_000)],
    ['no common format', describeAudio({ port: 40_000, formats: '120', version: 2 })],
  ])('with %s is refused with 488 and changes nothing', async (_what, offer) => {
    const { id, dialog } = await scene.talking();
    const headset = await scene.headset();
    const moves = headset.received('INVITE').length;
    expect((await dialog.reinvite(offer)).status).toBe(488);
    expect(headset.received('INVITE')).toHaveLength(moves);
    await scene.execute({ type: 'mute', on: true });
    await scene.execute({ type: 'mute', on: false });
    expect(scene.joined(dialog, headset)).toBe(true);
    expect(scene.told(id)).toEqual(['delivered', 'established']);
  });

  it('that moves the media has the headset follow', async () => {
    const { dialog } = await scene.talking();
    const headset = await scene.headset();
    await dialog.reinvite(describeAudio({ port: 40_000, version: 2 }));
    await until(
      () => audioOf(headset.heard).port === 40_000,
      () => `the headset to be told 40000: ${headset.heard}`,
    );
    expect(scene.joined(dialog, headset)).toBe(true);
  });

  it('that moves the media of a held party is known when that one is retrieved', async () => {
    const { id, dialog } = await scene.talking();
    await scene.execute({ type: 'hold', call: id, by: 'hand' });
    await dialog.reinvite(describeAudio({ port: 40_000, version: 2 }));
    await aWhile();
    expect(await scene.resting()).toBe(true);
    await scene.execute({ type: 'retrieve', call: id, hold: null });
    expect(scene.joined(dialog, await scene.headset())).toBe(true);
  });

  it('that moves the media of a muted call leaves the mouth shut', async () => {
    const { dialog } = await scene.talking();
    const headset = await scene.headset();
    await scene.execute({ type: 'mute', on: true });
    const muted = audioOf(headset.heard);
    await dialog.reinvite(describeAudio({ port: 40_000, version: 2 }));
    await aWhile();
    expect(audioOf(headset.heard)).toEqual(muted);
    await scene.execute({ type: 'mute', on: false });
    expect(scene.joined(dialog, headset)).toBe(true);
  });

  it('without an offer gets ours, and the answer in its ACK counts (RFC 3261 14.2)', async () => {
    const { dialog } = await scene.talking();
    const headset = await scene.headset();
    const res = await dialog.reinvite('', { answer: describeAudio({ port: 40_000, version: 2 }) });
    expect(res.status).toBe(200);
    expect(audioOf(res.body.toString())).toMatchObject({ port: HEADSET_PORT, direction: 'sendrecv' });
    await until(
      () => scene.joined(dialog, headset),
      () => `both to hear each other: ${headset.heard}`,
    );
  });

  it('tells a new identity', async () => {
    const { id, dialog } = await scene.talking();
    await dialog.reinvite(describeAudio({ port: audioOf(dialog.sdp).port, version: 2 }), {
      headers: { 'P-Asserted-Identity': '"Room 412" <sip:412@exchange>' },
    });
    const { party } = await scene.event('party-changed', { call: id });
    expect(party).toEqual({ number: '412', name: 'Room 412' });
  });
});

it('nobody outside the desk transfers its calls: a REFER is declined', async () => {
  const { id, dialog } = await scene.talking();
  const res = await dialog.request('REFER', { headers: { 'Refer-To': '<sip:8009@exchange>' } });
  expect(res.status).toBe(603);
  expect(scene.told(id)).toEqual(['delivered', 'established']);
});

describe('491 to our re-INVITE (RFC 3261 14.1)', () => {
  it.each([
    ['we own the Call-ID', 2100, 4000, () => scene.called('8004')],
    ['the exchange owns the Call-ID', 0, 2000, () => scene.talking()],
  ] as const)('is tried again after its time where %s', async (_who, from, to, begin) => {
    const { id, dialog } = await begin();
    scene.timers.expire(3000);
    const before = scene.timers.waiting;
    const sent = dialog.received('INVITE').length;
    scene.exchange.next('INVITE', status(491), (one) => one.dialog === dialog);
    const outcome = scene.execute({ type: 'hold', call: id, by: 'hand' });
    const waits = () => scene.timers.waiting.filter((ms) => !before.includes(ms) && ms !== 4000);
    await until(
      () => waits().length > 0,
      () => `a wait beside ${before.join()}: ${scene.timers.waiting.join()}`,
    );
    const [wait] = waits() as [number];
    expect(wait).toBeGreaterThanOrEqual(from);
    expect(wait).toBeLessThanOrEqual(to);
    expect(dialog.received('INVITE')).toHaveLength(sent + 1);
    scene.timers.expire(wait);
    expect(await outcome).toEqual({ outcome: 'done' });
    expect(dialog.received('INVITE')).toHaveLength(sent + 2);
    expect(scene.onMusic(dialog)).toBe(true);
    expect(scene.told(id).at(-1)).toBe('held');
  });
});

it('a description in an answer that moves the media is followed', async () => {
  const { id, dialog } = await scene.talking();
  const headset = await scene.headset();
  await scene.execute({ type: 'hold', call: id, by: 'hand' });
  const moved = describeAudio({ port: HEADSET_PORT + 100, version: 3 });
  scene.exchange.next('INVITE', answerWith(moved), (one) => one.dialog === headset);
  expect(await scene.execute({ type: 'retrieve', call: id, hold: null })).toEqual({ outcome: 'done' });
  expect(audioOf(dialog.heard).port).toBe(HEADSET_PORT + 100);
  expect(scene.joined(dialog, headset)).toBe(true);
});

describe('while an offer of ours is open', () => {
  /** A caller in hand whose hold the exchange has not answered yet. */
  async function opened() {
    const caller = await scene.talking();
    const open: Incoming[] = [];
    scene.exchange.next(
      'INVITE',
      (incoming) => open.push(incoming),
      (one) => one.dialog === caller.dialog,
    );
    const outcome = scene.execute({ type: 'hold', call: caller.id, by: 'hand' });
    const reinvite = await until(
      () => open[0],
      () => 'the offer of the hold',
    );
    return { ...caller, outcome, reinvite };
  }

  it('one of the exchange gets 491, and ours goes on (RFC 3261 14.2)', async () => {
    const { id, dialog, outcome, reinvite } = await opened();
    expect((await dialog.reinvite(describeAudio({ port: 40_000, version: 2 }))).status).toBe(491);
    answerWith(dialog.sdp)(reinvite);
    expect(await outcome).toEqual({ outcome: 'done' });
    expect(scene.onMusic(dialog)).toBe(true);
    expect(scene.told(id).at(-1)).toBe('held');
  });

  it('a party that hangs up is gone at once, and the command says so', async () => {
    const { id, dialog, outcome, reinvite } = await opened();
    expect((await dialog.bye()).status).toBe(200);
    reinvite.reply(487);
    expect(await outcome).toMatchObject({ outcome: 'refused', reason: { key: 'call-gone' } });
    expect(scene.told(id)).toEqual(['delivered', 'established', 'cleared']);
    expect(await scene.resting()).toBe(true);
  });
});
