import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headerOf } from '../sip-agent/message/sip-message.ts';
import { HEADSET_PORT, ring, silence } from './testing/reactions.ts';
import { Scene } from './testing/scene.ts';
import { describeAudio } from './testing/sdp-text.ts';
import { aWhile, until } from './testing/until.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open();
});
afterEach(() => scene.close());

const bind = () => scene.execute({ type: 'bind-headset' });

/** How a stop ends what is there: each dialog with the way in which it ended. */
const STATES: readonly (readonly [string, readonly (number | string)[], () => Promise<unknown>])[] = [
  ['nothing', [], () => Promise.resolve()],
  ['the headset phone bound', ['BYE'], bind],
  [
    'the headset phone ringing',
    ['CANCEL'],
    async () => {
      scene.exchange.next('INVITE', ring(180));
      void bind();
      await scene.exchange.request('INVITE');
    },
  ],
  [
    'two waiting calls',
    [480, 480],
    async () => {
      await scene.waiting();
      await scene.waiting();
    },
  ],
  [
    'a call in hand, and one that waits',
    ['BYE', 'BYE', 480],
    async () => {
      await bind();
      await scene.talking();
      await scene.waiting();
    },
  ],
  [
    'a held call, and a muted one',
    ['BYE', 'BYE', 'BYE'],
    async () => {
      await bind();
      const { id } = await scene.talking();
      await scene.execute({ type: 'hold', call: id, by: 'hand' });
      await scene.talking();
      await scene.execute({ type: 'mute', on: true });
    },
  ],
  [
    "the desk's own call ringing",
    ['BYE', 'CANCEL'],
    async () => {
      await bind();
      await scene.ringing('8004');
    },
  ],
  [
    "the desk's own call before the first sound of it",
    ['BYE', 'CANCEL'],
    async () => {
      await bind();
      scene.exchange.next('INVITE', ring(100));
      void scene.execute({ type: 'make-call', call: 'own', number: '8004', hold: null });
      await scene.exchange.dialogWith('8004');
    },
  ],
  [
    "the desk's own call, answered as the CANCEL comes",
    ['BYE', 'BYE'],
    async () => {
      await bind();
      const { dialog } = await scene.ringing('8004');
      scene.exchange.next('CANCEL', (incoming) => {
        incoming.reply(200);
        dialog.answer(dialog.sdp);
      });
    },
  ],
  [
    'the headset phone lifted as the CANCEL comes',
    ['BYE'],
    async () => {
      scene.exchange.next('INVITE', ring(180));
      void bind();
      const headset = await scene.exchange.dialogWith('*588001');
      scene.exchange.next('CANCEL', (incoming) => {
        incoming.reply(200);
        headset.answer(describeAudio({ port: HEADSET_PORT }));
      });
    },
  ],
  [
    'a consultation',
    ['BYE', 'BYE', 'BYE'],
    async () => {
      await bind();
      const { id } = await scene.talking();
      await scene.called('8004', id);
    },
  ],
  [
    'a transfer under way',
    ['BYE', 'BYE'],
    async () => {
      await bind();
      const { id } = await scene.talking();
      void scene.execute({ type: 'transfer', call: id, number: '8004' });
      await scene.exchange.request('REFER');
    },
  ],
  [
    'a call that rings at its target, with its lamp watched',
    ['BYE', 'BYE', 'SUBSCRIBE'],
    async () => {
      await bind();
      const { id, dialog } = await scene.talking();
      const outcome = scene.execute({ type: 'transfer', call: id, number: '8004' });
      await scene.exchange.request('REFER');
      await dialog.notifyRefer('180 Ringing', false);
      await outcome;
      await (await scene.exchange.dialogWith('8004')).notifyDialog('early');
    },
  ],
];

describe('stop', () => {
  it.each(STATES)('with %s leaves no leg, no timer and no registration', async (_what, ends, begin) => {
    await begin();
    await scene.link.stop();
    await aWhile();
    expect(scene.exchange.dialogs.map(({ end }) => end)).toEqual(ends);
    expect(scene.timers.waiting).toEqual([]);
    const last = scene.exchange.received('REGISTER').at(-1);
    expect(last && headerOf(last, 'Expires')).toBe('0');
    expect(scene.events.at(-1)).toMatchObject({ type: 'link', state: 'stopped' });
  });

  it('is over in time though the exchange answers nothing any more', async () => {
    await bind();
    await scene.talking();
    scene.exchange.deaf = true;
    const stopped = scene.link.stop();
    expect(scene.timers.waiting).toContain(3000);
    scene.timers.expire(3000);
    await stopped;
    expect(scene.events.at(-1)).toMatchObject({ type: 'link', state: 'stopped' });
  });

  it('in the middle of an answer that does not come to its end leaves nobody waiting', async () => {
    await bind();
    const headset = await scene.headset();
    const caller = await scene.waiting();
    scene.exchange.next('INVITE', silence, ({ dialog }) => dialog === headset);
    const sent = headset.received('INVITE').length;
    const outcome = scene.execute({ type: 'answer', call: caller.id, hold: null });
    await until(
      () => headset.received('INVITE').length > sent,
      () => 'the re-INVITE of the headset',
    );
    const stopped = scene.link.stop();
    await until(
      () => headset.end === 'BYE' && caller.dialog.end === 480,
      () => `BYE and 480, not ${headset.end} and ${caller.dialog.end}`,
    );
    scene.timers.expire(3000, 4000);
    expect(await outcome).toMatchObject({ outcome: 'refused' });
    await stopped;
    expect(scene.timers.waiting).toEqual([]);
  });

  it('refuses what is asked and who calls afterwards', async () => {
    await scene.link.stop();
    expect(await bind()).toEqual({ outcome: 'refused', reason: { key: 'stopped' } });
  });
});

it('a caller who rings while the desk is stopping is sent elsewhere', async () => {
  scene.exchange.next('REGISTER', silence);
  const stopped = scene.link.stop();
  const dialog = await scene.invite('');
  expect(dialog.end).toBe(480);
  scene.timers.expire(3000);
  await stopped;
});
