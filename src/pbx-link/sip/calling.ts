import type { CallId, Party } from '../model/call.ts';
import type { ExchangeOutcome } from '../model/exchange-command.ts';
import type { Reason } from '../model/reason.ts';
import { causeOfResponse } from './cause.ts';
import { giveBack, holdParty, restHeadset, restIfFree, samePlace } from './crossing.ts';
import { newSession } from './leg.ts';
import {
  DONE,
  delay,
  endCall,
  findCall,
  type LinkCall,
  type LinkCore,
  newCall,
  refused,
  runLater,
  setConnected,
} from './link-core.ts';
import type { InviteEnd } from './outgoing-invite.ts';
import { attachLeg, learnIdentity } from './party-leg.ts';
import { parseMedia, writeSdp } from './sdp.ts';
import type { SrfResponse } from './srf.ts';

const NUMBER = /^[0-9A-Da-d*#+]{1,64}$/;
/** An exchange that only says 100 is trying: the command is done, the board shows the rest. */
const TRYING_MS = 3000;

/**
 * Calls a number with the headset phone's media as the offer. With `hold` it is a consultation. Settles when the
 * number rings, is answered, or comes to nothing.
 */
export async function makeCall(
  core: LinkCore,
  id: CallId,
  number: string,
  hold: CallId | null,
): Promise<ExchangeOutcome> {
  if (!NUMBER.test(number)) return refused('bad-number', number);
  const begun = await core.acts.run(() => begin(core, id, number, hold));
  return begun.outcome ?? begun.progress;
}

type Begun =
  | { readonly outcome: ExchangeOutcome }
  | { readonly outcome: null; readonly progress: Promise<ExchangeOutcome> };

async function begin(core: LinkCore, id: CallId, number: string, hold: CallId | null): Promise<Begun> {
  const before = hold === null ? null : findCall(core, hold, 'connected', 'held');
  if (before && !before.call) return { outcome: before.refusal };
  if (!core.headset.leg?.media) return { outcome: refused('no-headset') };
  if (core.calls.has(id)) return { outcome: refused('already-pending') };
  if (before?.call.phase === 'connected') {
    const { muted } = core;
    const [held] = await Promise.all([holdParty(core, before.call, 'self'), restHeadset(core)]);
    if (!held.ok && core.calls.has(before.call.id)) {
      await giveBack(core, before.call, muted);
      return { outcome: refused('exchange-error', held.why) };
    }
  }
  const phone = core.headset.leg?.media;
  if (!phone) return { outcome: refused('no-headset') };
  const party: Party = { number, name: '' };
  const origin = core.inside(number) ? 'inside' : 'outside';
  const call = newCall({ id, origin, exchangeId: null, party, phase: 'outgoing' });
  core.calls.set(id, call);
  core.inHand = call;
  core.emit({ type: 'initiated', call: id, party, origin: call.origin });

  const session = newSession(core.legContext.sink.host());
  const sdp = writeSdp(session, phone, 'sendrecv');
  let rings: () => void = () => undefined;
  const ringing = new Promise<void>((resolve) => {
    rings = resolve;
  });
  const invite = core.exchange.invite(
    number,
    sdp,
    {},
    (res) => progress(core, call, res, rings),
    (dialog) => attachLeg(core, call, dialog, { session, sdp }),
  );
  call.outgoing = invite;
  const finished = invite.ended.then((end) => core.acts.run(() => finish(core, call, end)));
  const trying = delay(core, TRYING_MS).then(() => DONE);
  return { outcome: null, progress: Promise.race([finished, ringing.then(() => DONE), trying]) };
}

/** 180 and 183: it rings; early media (RFC 3960) goes to the headset, so that the operator hears the exchange's tones. */
function progress(core: LinkCore, call: LinkCall, res: SrfResponse, rings: () => void): void {
  if (res.status === 100 || call.phase !== 'outgoing') return;
  learnIdentity(core, call, res);
  core.emit({ type: 'alerting', call: call.id });
  rings();
  const media = res.body ? parseMedia(res.body) : null;
  if (!media || call.early) return;
  runLater(core, async () => {
    if (call.phase !== 'outgoing' || core.inHand !== call || call.early) return;
    const joined = await core.headset.join(media);
    if (joined.ok && call.phase === 'outgoing') call.early = media;
  });
}

async function finish(core: LinkCore, call: LinkCall, end: InviteEnd): Promise<ExchangeOutcome> {
  call.outgoing = null;
  if (end.kind === 'failed') {
    const cause = causeOfResponse(end.status, end.phrase, end.reason);
    await fail(core, call, cause);
    return { outcome: 'refused', reason: cause };
  }
  if (call.givenUp || call.phase !== 'outgoing' || core.stopping) {
    // 200 crossed our CANCEL, or the call was joined or dropped meanwhile: it is up and must be ended by BYE
    // (RFC 3261 9.1).
    await call.leg?.bye();
    return call.givenUp ? DONE : refused('call-gone');
  }
  if (call.leg?.ended !== false) return refused('call-gone');
  const media = call.leg.media;
  const heard = call.early && media && samePlace(call.early, media) && call.early.formats === media.formats;
  if (!heard) {
    const joined = media ? await core.headset.join(media) : null;
    if (!joined?.ok) {
      await call.leg.bye();
      const cause: Reason = {
        key: joined?.gone ? 'headset-lost' : 'exchange-error',
        detail: joined?.why ?? 'no audio',
      };
      endCall(core, call, cause, 'exchange');
      await restIfFree(core);
      return { outcome: 'refused', reason: cause };
    }
  }
  if (setConnected(core, call)) return DONE;
  await restIfFree(core);
  return refused('call-gone');
}

async function fail(core: LinkCore, call: LinkCall, cause: Reason): Promise<void> {
  const wasInHand = core.inHand === call;
  if (wasInHand) core.inHand = null;
  core.calls.delete(call.id);
  if (call.phase === 'outgoing') {
    call.phase = 'gone';
    if (!call.givenUp && !call.joined) core.emit({ type: 'failed', call: call.id, cause });
  }
  if (wasInHand) await restHeadset(core);
}
