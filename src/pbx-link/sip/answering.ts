import type { CallId } from '../model/call.ts';
import type { ExchangeOutcome } from '../model/exchange-command.ts';
import { holdParty, joinHeadset, restHeadset } from './crossing.ts';
import { newSession } from './leg.ts';
import { DONE, endCall, findCall, type LinkCall, type LinkCore, refused, setConnected } from './link-core.ts';
import { attachLeg, type LocalDescription } from './party-leg.ts';
import { type Media, parseMedia, writeSdp } from './sdp.ts';

/**
 * Answers a waiting call on the headset phone in one round trip: the phone's leg is re-INVITEd with the caller's
 * offer, and the caller gets 200 with the phone's answer. The phone does not ring. The call in hand is held at the
 * same time.
 */
export async function answer(core: LinkCore, id: CallId, hold: CallId | null): Promise<ExchangeOutcome> {
  const found = findCall(core, id, 'waiting');
  if (!found.call) return found.refusal;
  const { call } = found;
  const standing = core.headset.leg;
  if (!standing?.media) return refused('no-headset');
  const before = hold === null ? null : findCall(core, hold, 'connected');
  if (before && !before.call) return before.refusal;

  const offer = parseMedia(call.waiting?.req.body ?? '');
  if (call.waiting?.req.body && !offer) {
    call.waiting.refuse(488);
    return refused('not-supported', 'the caller offers no audio that the desk can hand on');
  }
  const [held, joined] = await Promise.all([
    before ? holdParty(core, before.call, 'self') : null,
    core.headset.join(offer ?? standing.media),
  ]);
  const back = async (why: ExchangeOutcome): Promise<ExchangeOutcome> => {
    if (before?.call.phase === 'held' || before?.call.phase === 'connected') {
      const again = await joinHeadset(core, before.call);
      if (again.ok) setConnected(core, before.call);
    } else {
      await restHeadset(core);
    }
    return why;
  };
  if (!joined.ok)
    return back(joined.gone ? refused('no-headset', joined.why) : refused('exchange-error', joined.why));
  if (held && !held.ok && before?.call.phase === 'connected')
    return back(refused('exchange-error', held.why));

  const accepted = await accept(core, call, joined.media, offer?.others ?? []);
  if (accepted === 'gone') {
    // Our 200 crossed the CANCEL and found no transaction any more. srf drops such a CANCEL, so its Reason (given up,
    // or answered at another position) is not known.
    call.waiting?.drop();
    endCall(core, call, { key: 'call-gone' }, 'party');
    return back(refused('call-gone'));
  }
  if (accepted === 'silent')
    return back(refused('timeout', 'the SIP stack did not say whether the answer was sent'));
  if (!offer) {
    // An INVITE without an offer (RFC 3261 13.2.1): ours was in the 200, the caller's answer comes with the ACK.
    const settled = await acknowledged(core, call);
    if (!settled) return back(refused('exchange-error', 'no answer to the offer came with the ACK'));
    await core.headset.join(settled);
  }
  if (call.leg?.ended !== false) return back(refused('call-gone'));
  setConnected(core, call);
  return DONE;
}

/** `gone`: the call was withdrawn. `silent`: the stack has not said anything. */
type Accepted = 'answered' | 'gone' | 'silent';

function accept(core: LinkCore, call: LinkCall, phone: Media, refuse: readonly string[]): Promise<Accepted> {
  const { waiting } = call;
  if (!waiting?.open) return Promise.resolve('gone');
  const session = newSession(core.legContext.sink.host());
  const sdp = writeSdp(session, phone, 'sendrecv', refuse);
  const local: LocalDescription = { session, sdp };
  return new Promise((resolve) => {
    // The stack answers at once; the limit only guards against a stack that has died.
    const stop = core.clock.after(4000, () => resolve('silent'));
    waiting.accept(
      sdp,
      (dialog) => {
        attachLeg(core, call, dialog, local);
        call.waiting = null;
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
  for (let waited = 0; waited < 4000 && call.leg?.ended === false; waited += 10) {
    if (call.leg.media) return call.leg.media;
    await new Promise<void>((resolve) => core.clock.after(10, resolve));
  }
  return null;
}
