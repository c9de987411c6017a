import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HEADSET_PORT, status } from './testing/reactions.ts';
import { Scene } from './testing/scene.ts';
import { audioOf, describeAudio } from './testing/sdp-text.ts';
import { until } from './testing/until.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.bound();
});
afterEach(() => scene.close());

it('early media reaches the headset phone (RFC 3960), and the answer changes nothing that is heard', async () => {
  const early = describeAudio({ port: 30_500 });
  scene.exchange.next(
    'INVITE',
    (incoming) => {
      if (incoming.dialog) {
        incoming.dialog.invitation = incoming;
        incoming.dialog.heard = incoming.request.body.toString();
      }
      incoming.reply(183, { body: early });
    },
    ({ request }) => request.uri.includes('sip:8004@'),
  );
  const { id, dialog } = await scene.ringing('8004');
  const headset = await scene.headset();
  await until(
    () => audioOf(headset.heard).port === 30_500,
    () => `the headset to hear the tones: ${headset.heard}`,
  );
  expect(audioOf(dialog.heard).port).toBe(HEADSET_PORT);
  const moves = headset.received('INVITE').length;
  dialog.answer(early);
  await scene.event('established', { call: id });
  expect(headset.received('INVITE')).toHaveLength(moves);
  expect(scene.joined(dialog, headset)).toBe(true);
});

describe('an answer', () => {
  it('that crosses our CANCEL is ended by BYE (RFC 3261 9.1)', async () => {
    const { id, dialog } = await scene.ringing('8004');
    scene.exchange.next('CANCEL', (incoming) => {
      incoming.reply(200);
      dialog.answer(dialog.sdp);
    });
    expect(await scene.execute({ type: 'clear', call: id })).toEqual({ outcome: 'done' });
    await until(
      () => dialog.end === 'BYE',
      () => 'the BYE',
    );
    expect(scene.told(id)).toEqual(['initiated', 'alerting', 'cleared']);
    expect(await scene.resting()).toBe(true);
  });

  it('that the headset phone cannot be given leaves nobody in a call without sound', async () => {
    const { id, dialog } = await scene.ringing('8004');
    const headset = await scene.headset();
    scene.exchange.next('INVITE', status(488), (one) => one.dialog === headset);
    dialog.answer(dialog.sdp);
    const { cause } = await scene.event('cleared', { call: id });
    expect(cause.key).toBe('exchange-error');
    await until(
      () => dialog.end === 'BYE',
      () => 'the BYE',
    );
  });
});

it.each([
  [486, {}, 'busy'],
  [404, {}, 'unknown-number'],
  [480, { Reason: 'Q.850;cause=19' }, 'no-answer'],
])(
  'refused with %i: the attempt has failed, and the held call is left as it is',
  async (code, headers, key) => {
    const held = await scene.talking();
    const { id, dialog } = await scene.ringing('8004', held.id);
    dialog.refuse(code, headers);
    const { cause } = await scene.event('failed', { call: id });
    expect(cause.key).toBe(key);
    await until(
      () => scene.exchange.received('ACK').some((ack) => ack.uri.includes('8004')),
      () => 'the ACK',
    );
    await scene.rests();
    expect(scene.onMusic(held.dialog)).toBe(true);
  },
);
