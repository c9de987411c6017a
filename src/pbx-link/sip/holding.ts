import type { CallId, HeldBy } from '../model/call.ts';
import type { ExchangeOutcome } from '../model/exchange-command.ts';
import { holdParty, joinHeadset, restHeadset } from './crossing.ts';
import { DONE, findCall, type LinkCore, refused, setConnected, setMuted } from './link-core.ts';

export async function hold(core: LinkCore, id: CallId, by: HeldBy): Promise<ExchangeOutcome> {
  const found = findCall(core, id, 'connected');
  if (!found.call) return found.refusal;
  setMuted(core, false);
  const [held] = await Promise.all([holdParty(core, found.call, by), restHeadset(core)]);
  if (held.ok) return DONE;
  if (core.calls.has(id)) {
    const again = await joinHeadset(core, found.call);
    if (again.ok) setConnected(core, found.call);
  }
  return core.calls.has(id) ? refused('exchange-error', held.why) : refused('call-gone', held.why);
}

/** Takes a held call, holding the one in hand by itself at the same time (a swap). */
export async function retrieve(core: LinkCore, id: CallId, holding: CallId | null): Promise<ExchangeOutcome> {
  const found = findCall(core, id, 'held');
  if (!found.call) return found.refusal;
  if (!core.headset.leg) return refused('no-headset');
  const before = holding === null ? null : findCall(core, holding, 'connected');
  if (before && !before.call) return before.refusal;
  const [held, joined] = await Promise.all([
    before ? holdParty(core, before.call, 'self') : null,
    joinHeadset(core, found.call),
  ]);
  const failed = held && !held.ok && before?.call.phase === 'connected' ? held : joined.ok ? null : joined;
  if (!failed) {
    setConnected(core, found.call);
    return DONE;
  }
  // Back to where it was: whoever was in hand is in hand again, the other one hears music.
  if (found.call.phase === 'held') await found.call.leg?.hold();
  const inHand = before?.call;
  if (inHand && core.calls.has(inHand.id) && (await joinHeadset(core, inHand)).ok) setConnected(core, inHand);
  else await restHeadset(core);
  if (!joined.ok && joined.who === 'headset') return refused('no-headset', joined.why);
  return core.calls.has(id) ? refused('exchange-error', failed.why) : refused('call-gone', failed.why);
}

/** Only the headset's leg changes: nobody is on hold and the operator still hears (row B27). */
export async function mute(core: LinkCore, on: boolean): Promise<ExchangeOutcome> {
  const call = core.inHand;
  if (call?.phase !== 'connected') return refused('nothing-in-hand');
  const media = call.leg?.media;
  if (!media) return refused('call-gone');
  const result = await (on ? core.headset.mute() : core.headset.join(media));
  if (!result.ok) return refused(result.gone ? 'no-headset' : 'exchange-error', result.why);
  // Only what is still so: the call may have ended meanwhile.
  if (core.inHand === call) setMuted(core, on);
  return DONE;
}
