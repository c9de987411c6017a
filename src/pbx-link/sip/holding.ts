import type { CallId, HeldBy } from '../model/call.ts';
import type { ExchangeOutcome } from '../model/exchange-command.ts';
import { giveBack, holdParty, restHeadset, restIfFree, takeInHand } from './crossing.ts';
import { DONE, findCall, type LinkCore, refused, setMuted } from './link-core.ts';

export async function hold(core: LinkCore, id: CallId, by: HeldBy): Promise<ExchangeOutcome> {
  const found = findCall(core, id, 'connected');
  if (!found.call) return found.refusal;
  const { muted } = core;
  const [held] = await Promise.all([holdParty(core, found.call, by), restHeadset(core)]);
  if (held.ok) return DONE;
  if (!core.calls.has(id)) return refused('call-gone', held.why);
  await giveBack(core, found.call, muted);
  return refused('exchange-error', held.why);
}

/** Takes a held call, holding the one in hand by itself at the same time (a swap). */
export async function retrieve(core: LinkCore, id: CallId, holding: CallId | null): Promise<ExchangeOutcome> {
  const found = findCall(core, id, 'held');
  if (!found.call) return found.refusal;
  if (!core.headset.leg) return refused('no-headset');
  const before = holding === null ? null : findCall(core, holding, 'connected');
  if (before && !before.call) return before.refusal;
  const { call } = found;
  const { muted } = core;
  const inHand = before?.call ?? null;
  const [held, taken] = await Promise.all([
    inHand ? holdParty(core, inHand, 'self') : null,
    takeInHand(core, call),
  ]);
  const stuck = held && !held.ok && inHand?.phase === 'connected' ? held : null;
  if (taken.ok && !stuck) return DONE;
  // Back to where it was: whoever was in hand is in hand again, the other one hears music.
  if (call.phase === 'connected') await holdParty(core, call, call.heldBy);
  else if (call.phase === 'held') await call.leg?.hold();
  await giveBack(core, inHand, muted);
  const why = stuck?.why ?? (taken.ok ? '' : taken.why);
  if (!taken.ok && taken.who === 'headset') return refused('no-headset', why);
  return core.calls.has(id) ? refused('exchange-error', why) : refused('call-gone', why);
}

/** Only the headset's leg changes: nobody is on hold and the operator still hears (row B27). */
export async function mute(core: LinkCore, on: boolean): Promise<ExchangeOutcome> {
  const call = core.inHand;
  if (call?.phase !== 'connected') return refused('nothing-in-hand');
  const media = call.leg?.media;
  if (!media) return refused('call-gone');
  const result = await (on ? core.headset.mute() : core.headset.join(media));
  if (core.inHand !== call) {
    // The call has ended meanwhile.
    await restIfFree(core);
    return refused('call-gone');
  }
  if (!result.ok) return refused(result.gone ? 'no-headset' : 'exchange-error', result.why);
  setMuted(core, on);
  return DONE;
}
