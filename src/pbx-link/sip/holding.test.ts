import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerWith, type Incoming, type Reaction, status } from './testing/reactions.ts';
import { type Caller, Scene } from './testing/scene.ts';
import { until } from './testing/until.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.bound();
});
afterEach(() => scene.close());

/** The next re-INVITE to a party gets this reaction. */
const partyGets = ({ dialog }: Caller, react: Reaction) =>
  scene.exchange.next('INVITE', react, (one) => one.dialog === dialog);

/** Lets the limit of an offer to a party expire once the offer has come. */
async function unanswered({ dialog }: Caller, sent: number): Promise<void> {
  await until(
    () => dialog.received('INVITE').length > sent,
    () => 'a re-INVITE to the party',
  );
  // The headset's own re-INVITE is answered meanwhile; what is left is the party's.
  await until(
    () => scene.timers.waiting.filter((ms) => ms === 4000).length === 1,
    () => `one limit of an offer: ${scene.timers.waiting.join()}`,
  );
  scene.timers.expire(4000);
}

describe('hold', () => {
  it('of a call that the exchange has forgotten (481): it is gone, and the headset is silent', async () => {
    const caller = await scene.talking();
    partyGets(caller, status(481));
    const outcome = await scene.execute({ type: 'hold', call: caller.id, by: 'hand' });
    expect(outcome).toMatchObject({ outcome: 'refused', reason: { key: 'call-gone' } });
    expect(scene.told(caller.id)).toEqual(['delivered', 'established', 'cleared']);
    expect(await scene.resting()).toBe(true);
  });

  it('refused by the exchange leaves the party in the ear', async () => {
    const caller = await scene.talking();
    partyGets(caller, status(488));
    const outcome = await scene.execute({ type: 'hold', call: caller.id, by: 'hand' });
    expect(outcome).toMatchObject({ outcome: 'refused', reason: { key: 'exchange-error' } });
    expect(scene.joined(caller.dialog, await scene.headset())).toBe(true);
    expect(scene.told(caller.id)).not.toContain('held');
  });

  it('not answered by the exchange leaves the party in the ear, and the command says so', async () => {
    const caller = await scene.talking();
    const headset = await scene.headset();
    const open: Incoming[] = [];
    partyGets(caller, (incoming) => open.push(incoming));
    const sent = caller.dialog.received('INVITE').length;
    const outcome = scene.execute({ type: 'hold', call: caller.id, by: 'hand' });
    await unanswered(caller, sent);
    // The offer of before is open yet, so that the next one cannot be made (RFC 3261 14.1).
    await scene.timers.expireNext(150);
    await scene.timers.expireNext(150);
    expect(await outcome).toMatchObject({ outcome: 'refused', reason: { key: 'exchange-error' } });
    expect(caller.dialog.end).toBe(null);
    expect(scene.told(caller.id)).not.toContain('held');
    expect(scene.told(caller.id).at(-1)).toBe('established');
    // The exchange agrees to the hold after all: it is taken back.
    open.forEach(answerWith(caller.dialog.sdp));
    await until(
      () => scene.joined(caller.dialog, headset),
      () => `both to hear each other: ${caller.dialog.heard} ${headset.heard}`,
    );
    expect(scene.told(caller.id)).not.toContain('held');
  });
});

describe('a swap', () => {
  it('whose hold meets 481: the other is in the ear, the forgotten one gone', async () => {
    const held = await scene.talking();
    await scene.execute({ type: 'hold', call: held.id, by: 'hand' });
    const inHand = await scene.talking();
    partyGets(inHand, status(481));
    expect(await scene.execute({ type: 'retrieve', call: held.id, hold: inHand.id })).toEqual({
      outcome: 'done',
    });
    expect(scene.joined(held.dialog, await scene.headset())).toBe(true);
    expect(scene.told(inHand.id).at(-1)).toBe('cleared');
  });

  it('whose hold is refused: everybody is where he was', async () => {
    const held = await scene.talking();
    await scene.execute({ type: 'hold', call: held.id, by: 'hand' });
    const inHand = await scene.talking();
    partyGets(inHand, status(488));
    const outcome = await scene.execute({ type: 'retrieve', call: held.id, hold: inHand.id });
    expect(outcome).toMatchObject({ outcome: 'refused', reason: { key: 'exchange-error' } });
    expect(scene.joined(inHand.dialog, await scene.headset())).toBe(true);
    expect(scene.onMusic(held.dialog)).toBe(true);
    expect([scene.told(held.id).at(-1), scene.told(inHand.id).at(-1)]).toEqual(['held', 'established']);
  });

  it('to one whom the exchange has forgotten: the call in hand is in hand again', async () => {
    const held = await scene.talking();
    await scene.execute({ type: 'hold', call: held.id, by: 'hand' });
    const inHand = await scene.talking();
    partyGets(held, status(481));
    const outcome = await scene.execute({ type: 'retrieve', call: held.id, hold: inHand.id });
    expect(outcome).toMatchObject({ outcome: 'refused', reason: { key: 'call-gone' } });
    expect(scene.told(held.id).at(-1)).toBe('cleared');
    expect(scene.joined(inHand.dialog, await scene.headset())).toBe(true);
    expect(scene.told(inHand.id).at(-1)).toBe('established');
  });
});

it('a party that hangs up while held is gone, and the call in hand does not notice', async () => {
  const held = await scene.talking();
  await scene.execute({ type: 'hold', call: held.id, by: 'hand' });
  const inHand = await scene.talking();
  expect((await held.dialog.bye()).status).toBe(200);
  const { by } = await scene.event('cleared', { call: held.id });
  expect(by).toBe('party');
  expect(scene.joined(inHand.dialog, await scene.headset())).toBe(true);
  expect(scene.told(inHand.id)).toEqual(['delivered', 'established']);
});
