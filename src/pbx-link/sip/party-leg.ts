import { causeOfBye } from './cause.ts';
import { reassertAll, restIfFree } from './crossing.ts';
import { readParty } from './identity.ts';
import { Leg, type LegEvents, type newSession } from './leg.ts';
import { endCall, type LinkCall, type LinkCore, runLater } from './link-core.ts';
import type { SrfDialog, SrfMessage } from './srf.ts';

export type LocalDescription = { readonly session: ReturnType<typeof newSession>; readonly sdp: string };

/** Gives a call the leg that a dialog has brought. A leg that comes while the link stops is ended at once. */
export function attachLeg(core: LinkCore, call: LinkCall, dialog: SrfDialog, local: LocalDescription): Leg {
  const leg: Leg = new Leg(
    dialog,
    core.legContext,
    legEvents(core, call, () => leg),
    local,
  );
  call.leg = leg;
  if (core.stopping) void leg.bye();
  return leg;
}

/** What happens when the other side ends or changes the leg. */
export function legEvents(core: LinkCore, call: LinkCall, leg: () => Leg | null): LegEvents {
  return {
    ended: (reason) => legEnded(core, call, leg(), reason),
    identity: (message) => learnIdentity(core, call, message),
    mediaMoved: (media) => {
      runLater(core, async () => {
        if (core.inHand === call && call.leg === leg() && !core.muted) await core.headset.join(media);
      });
    },
    settledLate: () => runLater(core, () => reassertAll(core)),
  };
}

/** The other side hung up: the party is gone, and the headset is freed at once if it was in the operator's ear. */
function legEnded(core: LinkCore, call: LinkCall, leg: Leg | null, reason: string | undefined): void {
  if (leg === null || call.leg !== leg) return;
  const wasInHand = core.inHand === call;
  // A call that was transferred ends here and lives on elsewhere.
  if (call.phase !== 'extended') endCall(core, call, causeOfBye(reason), call.joined ? 'exchange' : 'party');
  if (wasInHand) runLater(core, () => restIfFree(core));
}

/** The exchange vouches for a new identity (RFC 3325), for example after a pick-up or when the target answers. */
export function learnIdentity(core: LinkCore, call: LinkCall, message: SrfMessage): void {
  const asserted = readParty(message.get('P-Asserted-Identity'));
  if (!asserted?.number || call.phase === 'gone') return;
  const party = { number: asserted.number, name: asserted.name === asserted.number ? '' : asserted.name };
  if (party.number === call.party.number && (party.name === call.party.name || party.name === '')) return;
  call.party = party;
  core.emit({ type: 'party-changed', call: call.id, party });
}
