import type { HeldBy } from '../model/call.ts';
import { endCall, isUp, type LinkCall, type LinkCore, setConnected, setHeld } from './link-core.ts';
import type { Media } from './sdp.ts';

/** Joining, holding and resting: the moves of media between a party's leg and the headset phone's. */

export type Moved =
  | { readonly ok: true }
  | { readonly ok: false; readonly who: 'party' | 'headset'; readonly why: string };

const MOVED: Moved = { ok: true };
const ENDED: Moved = { ok: false, who: 'party', why: 'the call has ended' };

/** Puts a party that has a leg into the operator's ear and says so. If the party goes meanwhile the headset rests. */
export async function takeInHand(core: LinkCore, call: LinkCall): Promise<Moved> {
  const joined = await joinHeadset(core, call);
  if (!joined.ok) {
    // His side may have moved though the phone's did not: who stays held hears music.
    if (call.phase === 'held') await call.leg?.hold();
    return joined;
  }
  if (setConnected(core, call)) return MOVED;
  await restIfFree(core);
  return ENDED;
}

/**
 * After an act that failed: the party that was in hand is in hand again, muted if it was muted, or the headset rests.
 */
export async function giveBack(core: LinkCore, call: LinkCall | null, muted: boolean): Promise<void> {
  if (call && isUp(core, call) && (await reassert(core, call, muted))) return;
  await restIfFree(core);
}

/** Gives both sides again what belongs to a call in hand; false when that could not be done. */
async function reassert(core: LinkCore, call: LinkCall, muted: boolean): Promise<boolean> {
  if (!muted) return (await takeInHand(core, call)).ok;
  const phone = core.headset.leg?.media;
  if (!phone || !call.leg) return false;
  // Never open for a moment what was muted: the phone's leg first goes to the sink.
  const silent = await core.headset.mute();
  return silent.ok && (await call.leg.join(phone)).ok && setConnected(core, call, true);
}

/**
 * Joins the two legs. When both sides speak the same formats each is given what is known of the other at the same
 * time, since the exchange keeps its port for the life of a dialog; if it does move one, the other is told again.
 */
async function joinHeadset(core: LinkCore, call: LinkCall): Promise<Moved> {
  const leg = call.leg;
  const standing = core.headset.leg;
  if (!leg || leg.ended) return ENDED;
  if (!standing?.media) return { ok: false, who: 'headset', why: 'the headset phone is not bound' };
  const party = leg.media;
  const phone = standing.media;
  if (!party) return { ok: false, who: 'party', why: 'the party has not told its media yet' };
  if (party.formats !== phone.formats) return joinInTurn(core, call, party);
  const [headset, other] = await Promise.all([core.headset.join(party), leg.join(phone)]);
  if (!headset.ok) return { ok: false, who: 'headset', why: headset.why };
  if (!other.ok) return partyFailed(core, call, other);
  if (!samePlace(other.media, party) || !samePlace(headset.media, phone))
    return joinInTurn(core, call, other.media);
  return MOVED;
}

async function joinInTurn(core: LinkCore, call: LinkCall, party: Media): Promise<Moved> {
  const headset = await core.headset.join(party);
  if (!headset.ok) return { ok: false, who: 'headset', why: headset.why };
  const other = await call.leg?.join(headset.media);
  if (!other) return ENDED;
  return other.ok ? MOVED : partyFailed(core, call, other);
}

/** Puts a party on the exchange's music. The headset is not touched. */
export async function holdParty(core: LinkCore, call: LinkCall, by: HeldBy): Promise<Moved> {
  const leg = call.leg;
  if (!leg || leg.ended) return ENDED;
  const result = await leg.hold();
  if (!result.ok) return partyFailed(core, call, result);
  if (!isUp(core, call)) return ENDED;
  setHeld(core, call, by);
  return MOVED;
}

/** Silence in the headset, if it is bound. */
export async function restHeadset(core: LinkCore): Promise<void> {
  // Whatever rings into the headset is not heard any more, and must be given to it again.
  if (core.inHand) core.inHand.early = null;
  const result = await core.headset.rest();
  if (!result.ok && core.headset.leg) {
    core.log('warn', 'the headset phone could not be put to rest', { why: result.why });
  }
}

/** Silence in the headset unless a call is in hand. */
export async function restIfFree(core: LinkCore): Promise<void> {
  if (core.inHand === null) await restHeadset(core);
}

/** Gives every leg what its call's state asks for: after a doubt, and when an offer was answered too late. */
export async function reassertAll(core: LinkCore): Promise<void> {
  const held = [...core.calls.values()].filter((call) => call.phase === 'held');
  await Promise.all(held.map(async (call) => (await call.leg?.hold()) ?? null));
  const { inHand, muted } = core;
  if (inHand?.phase === 'connected') await giveBack(core, inHand, muted);
  else if (inHand?.early) await core.headset.join(inHand.early);
  else await restIfFree(core);
}

export function samePlace(a: Media, b: Media): boolean {
  return a.address === b.address && a.port === b.port;
}

function partyFailed(
  core: LinkCore,
  call: LinkCall,
  result: { readonly gone: boolean; readonly why: string },
): Moved {
  if (result.gone && !call.leg?.ended) {
    call.leg?.drop();
    endCall(core, call, { key: 'link-lost', detail: result.why }, 'exchange');
  }
  return { ok: false, who: 'party', why: result.why };
}
