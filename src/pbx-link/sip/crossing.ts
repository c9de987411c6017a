import type { HeldBy } from '../model/call.ts';
import { endCall, type LinkCall, type LinkCore, setHeld } from './link-core.ts';
import type { Media } from './sdp.ts';

/** Joining, holding and resting: the moves of media between a party's leg and the headset phone's. */

export type Moved =
  | { readonly ok: true }
  | { readonly ok: false; readonly who: 'party' | 'headset'; readonly why: string };

const MOVED: Moved = { ok: true };

/**
 * Puts a party that has a leg into the operator's ear. When both sides speak the same formats each is given what is
 * known of the other at the same time, since the exchange keeps its port for the life of a dialog; if it does move
 * one, the other is told again.
 */
export async function joinHeadset(core: LinkCore, call: LinkCall): Promise<Moved> {
  const leg = call.leg;
  const standing = core.headset.leg;
  if (!leg || leg.ended) return { ok: false, who: 'party', why: 'the call has ended' };
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
  const other = await (call.leg as NonNullable<LinkCall['leg']>).join(headset.media);
  return other.ok ? MOVED : partyFailed(core, call, other);
}

/** Puts a party on the exchange's music. The headset is not touched. */
export async function holdParty(core: LinkCore, call: LinkCall, by: HeldBy): Promise<Moved> {
  const leg = call.leg;
  if (!leg || leg.ended) return { ok: false, who: 'party', why: 'the call has ended' };
  const result = await leg.hold();
  if (!result.ok) return partyFailed(core, call, result);
  if (call.phase === 'connected' || call.phase === 'held') setHeld(core, call, by);
  return MOVED;
}

/** Silence in the headset, if it is bound. */
export async function restHeadset(core: LinkCore): Promise<void> {
  const result = await core.headset.rest();
  if (!result.ok && core.headset.leg) {
    core.log('warn', 'the headset phone could not be put to rest', { why: result.why });
  }
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
    if (core.inHand === call) core.inHand = null;
    endCall(core, call, { key: 'link-lost', detail: result.why }, 'exchange');
  }
  return { ok: false, who: 'party', why: result.why };
}
