import type { CallId } from '../model/call.ts';
import type { ExchangeOutcome } from '../model/exchange-command.ts';
import { giveBack, holdParty, restIfFree } from './crossing.ts';
import { newSession } from './leg.ts';
import {
  DONE,
  delay,
  endCall,
  findCall,
  type LinkCall,
  type LinkCore,
  refused,
  setConnected,
} from './link-core.ts';
import { attachLeg } from './party-leg.ts';
import { type Media, parseMedia, writeSdp } from './sdp.ts';

const STACK_TIMEOUT_MS = 4000;
const ACK_TIMEOUT_MS = 4000;

/**
 * Answers a waiting call on the headset phone in one round trip: the phone's leg is re-INVITEd with the caller's
 * offer, and the caller gets 200 with the phone's answer. The phone does not ring. The call in hand is held at the
 * same time.
 */
export async function answer(core: LinkCore, id: CallId, hold: CallId | null): Promise<ExchangeOutcome> {
  const found = findCall(core, id, 'waiting');
  if (!found.call) return found.refusal;
  if (!core.headset.leg?.media) return refused('no-headset');
  const before = hold === null ? null : findCall(core, hold, 'connected');
  if (before && !before.call) return before.refusal;
  const { call } = found;
  const offer = parseMedia(call.waiting?.req.body ?? '');
  const { muted } = core;
  call.answering = true;
  const refusal = await answerOnHeadset(core, call, offer, before?.call ?? null);
  call.answering = false;
  if (refusal === null) return DONE;
  await giveBack(core, before?.call ?? null, muted);
  return refusal;
}

/** Null when the two hear each other. */
async function answerOnHeadset(
  core: LinkCore,
  call: LinkCall,
  offer: Media | null,
  before: LinkCall | null,
): Promise<ExchangeOutcome | null> {
  const phone = core.headset.leg?.media;
  if (!phone) return refused('no-headset');
  const [held, joined] = await Promise.all([
    before ? holdParty(core, before, 'self') : null,
    core.headset.join(offer ?? phone),
  ]);
  if (!joined.ok) return refused(joined.gone ? 'no-headset' : 'exchange-error', joined.why);
  if (held && !held.ok && before?.phase === 'connected') return refused('exchange-error', held.why);
  const accepted = await accept(core, call, joined.media, offer?.others ?? []);
  if (accepted === 'gone') {
    // Our 200 crossed the CANCEL and found no transaction any more. srf drops such a CANCEL, so its Reason (given up,
    // or answered at another position) is not known.
    call.waiting?.drop();
    endCall(core, call, { key: 'call-gone' }, 'party');
    return refused('call-gone');
  }
  if (accepted === 'silent')
    return refused('timeout', 'the SIP stack did not say whether the answer was sent');
  if (!offer) {
    // An INVITE without an offer (RFC 3261 13.2.1): ours was in the 200, the caller's answer comes with the ACK.
    const settled = await acknowledged(core, call);
    const heard = settled ? await core.headset.join(settled) : null;
    if (!heard?.ok) {
      await call.leg?.bye();
      endCall(core, call, { key: 'exchange-error' }, 'exchange');
      return refused('exchange-error', heard?.why ?? 'no answer to the offer came with the ACK');
    }
  }
  if (setConnected(core, call)) return null;
  await restIfFree(core);
  return refused('call-gone');
}

/** `gone`: the call was withdrawn. `silent`: the stack has not said anything; a leg that comes later is ended. */
type Accepted = 'answered' | 'gone' | 'silent';

function accept(core: LinkCore, call: LinkCall, phone: Media, refuse: readonly string[]): Promise<Accepted> {
  const { waiting } = call;
  if (!waiting?.open) return Promise.resolve('gone');
  const session = newSession(core.legContext.sink.host());
  const sdp = writeSdp(session, phone, 'sendrecv', refuse);
  return new Promise((resolve) => {
    let abandoned = false;
    const stop = core.clock.after(STACK_TIMEOUT_MS, () => {
      abandoned = true;
      resolve('silent');
    });
    waiting.accept(
      sdp,
      (dialog) => {
        const leg = attachLeg(core, call, dialog, { session, sdp });
        call.waiting = null;
        if (!abandoned && call.phase === 'waiting') return;
        void leg.bye();
        endCall(core, call, { key: 'exchange-error' }, 'exchange');
      },
      (ok) => {
        stop();
        resolve(ok ? 'answered' : 'gone');
      },
    );
  });
}

/** Waits for the media that the ACK brings; null if it does not come. */
async function acknowledged(core: LinkCore, call: LinkCall): Promise<Media | null> {
  for (let waited = 0; waited < ACK_TIMEOUT_MS && call.leg?.ended === false; waited += 10) {
    if (call.leg.media) return call.leg.media;
    await delay(core, 10);
  }
  return null;
}
