import { afterEach, beforeEach, expect, it } from 'vitest';
import { silence, status } from './testing/reactions.ts';
import { Scene } from './testing/scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.bound();
});
afterEach(() => scene.close());

const signals = () =>
  scene.exchange.received('INFO').map((req) => /^Signal=(.*)$/m.exec(req.body.toString())?.[1]?.trim());

it('a flash is an INFO with the signal 16, in the call that is in hand', async () => {
  const { id, dialog } = await scene.talking();
  expect(await scene.execute({ type: 'flash', call: id })).toEqual({ outcome: 'done' });
  expect(signals()).toEqual(['16']);
  expect(dialog.received('INFO')).toHaveLength(1);
});

it('digits of two commands in one turn arrive in the order of the keys', async () => {
  const { id } = await scene.talking();
  const outcomes = await Promise.all([
    scene.execute({ type: 'send-digits', call: id, digits: '123' }),
    scene.execute({ type: 'send-digits', call: id, digits: '456#' }),
  ]);
  expect(outcomes).toEqual([{ outcome: 'done' }, { outcome: 'done' }]);
  expect(signals()).toEqual(['1', '2', '3', '4', '5', '6', '#']);
});

it('a digit that the exchange refuses ends the row, and the command says why', async () => {
  const { id } = await scene.talking();
  scene.exchange.next('INFO', status(200));
  scene.exchange.next('INFO', status(488));
  const outcome = await scene.execute({ type: 'send-digits', call: id, digits: '123' });
  expect(outcome).toMatchObject({ outcome: 'refused', reason: { key: 'not-supported' } });
  expect(signals()).toEqual(['1', '2']);
});

it('a digit that the exchange does not answer ends the row in time', async () => {
  const { id } = await scene.talking();
  scene.exchange.next('INFO', silence);
  const outcome = scene.execute({ type: 'send-digits', call: id, digits: '12' });
  await scene.exchange.request('INFO');
  await scene.timers.expireNext(4000);
  expect(await outcome).toMatchObject({ outcome: 'refused', reason: { key: 'timeout' } });
  expect(signals()).toEqual(['1']);
});

it('a call that is put away during a pause gets no further digit', async () => {
  const { id } = await scene.talking();
  const outcome = scene.execute({ type: 'send-digits', call: id, digits: '1,2' });
  await scene.exchange.request('INFO');
  expect(await scene.execute({ type: 'hold', call: id, by: 'hand' })).toEqual({ outcome: 'done' });
  await scene.timers.expireNext(1000);
  expect(await outcome).toMatchObject({ outcome: 'refused', reason: { key: 'call-moved-on' } });
  expect(signals()).toEqual(['1']);
});
