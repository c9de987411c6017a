import type { CallId } from '../model/call.ts';
import type { ExchangeOutcome } from '../model/exchange-command.ts';
import { featureCode } from '../profiles/feature-code.ts';
import { giveBack, holdParty, restHeadset, restIfFree } from './crossing.ts';
import { ringingExtended, tookBack } from './extended-calls.ts';
import { Leg, newSession } from './leg.ts';
import { DONE, findCall, type LinkCall, type LinkCore, refused, setConnected, setHeld } from './link-core.ts';
import { legEvents } from './party-leg.ts';
import { writeSdp } from './sdp.ts';

/** The exchange connects a pick-up at once or refuses it. */
const PICK_UP_MS = 4000;

/**
 * Pulls back a call that still rings at its target (row B19): the exchange's pick-up code is dialled with the
 * headset's media, so the caller is with the operator in one round trip and the target stops ringing.
 */
export async function takeBack(core: LinkCore, id: CallId, hold: CallId | null): Promise<ExchangeOutcome> {
  const ringing = ringingExtended(core, id);
  if (!ringing) return refused('nothing-to-take-back');
  const template = core.profile.services.pickUp.template;
  const code = template === null ? null : featureCode(template, { ext: ringing.target.number });
  if (code === null) return refused('capability-missing');
  if (!core.headset.leg?.media) return refused('no-headset');
  const before = hold === null ? null : findCall(core, hold, 'connected');
  if (before && !before.call) return before.refusal;
  const { muted } = core;
  if (before) {
    const [held] = await Promise.all([holdParty(core, before.call, 'self'), restHeadset(core)]);
    if (!held.ok && core.calls.has(before.call.id)) {
      await giveBack(core, before.call, muted);
      return refused('exchange-error', held.why);
    }
  }
  const refusal = await pickUp(core, ringing.call, code);
  if (refusal === null) return DONE;
  await giveBack(core, before?.call ?? null, muted);
  return refusal;
}

/** Null when the caller is back. The leg becomes the call's only then: a recall may bring him back by itself. */
async function pickUp(core: LinkCore, call: LinkCall, code: string): Promise<ExchangeOutcome | null> {
  const phone = core.headset.leg?.media;
  if (!phone) return refused('no-headset');
  const session = newSession(core.legContext.sink.host());
  const sdp = writeSdp(session, phone, 'sendrecv');
  let leg: Leg | null = null;
  const invite = core.exchange.invite(
    code,
    sdp,
    {},
    () => undefined,
    (dialog) => {
      leg = new Leg(
        dialog,
        core.legContext,
        legEvents(core, call, () => leg),
        { session, sdp },
      );
    },
  );
  const stop = core.clock.after(PICK_UP_MS, () => invite.cancel());
  const end = await invite.ended;
  stop();
  const taken = leg as Leg | null;
  const media = taken?.media;
  if (taken && media && !taken.ended && call.phase === 'extended') {
    const joined = await core.headset.join(media);
    // He does not ring at the target any more: without the headset he is kept on music, not cut off.
    const kept = joined.ok ? joined : await taken.hold();
    if ((kept.ok || !kept.gone) && !taken.ended && call.phase === 'extended' && !core.stopping) {
      const referred = call.leg;
      call.leg = taken;
      tookBack(core, call);
      if (referred) void referred.bye();
      if (joined.ok && setConnected(core, call)) return null;
      setHeld(core, call, 'self');
      if (joined.ok) return refused('exchange-error');
      return refused(joined.gone ? 'no-headset' : 'exchange-error', joined.why);
    }
    await restIfFree(core);
  }
  void taken?.bye();
  const detail = end.kind === 'failed' ? `SIP ${end.status} ${end.phrase}`.trim() : 'the call has ended';
  return refused('nothing-to-take-back', detail);
}
