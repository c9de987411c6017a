import type { CallId, Party } from '../model/call.ts';
import type { ExchangeOutcome } from '../model/exchange-command.ts';
import { causeOfResponse } from './cause.ts';
import { joinHeadset, restHeadset } from './crossing.ts';
import { expectToLeave, extend, staysHere } from './extended-calls.ts';
import { DONE, endCall, findCall, type LinkCall, type LinkCore, refused, setConnected } from './link-core.ts';
import type { ReferEnd } from './refer.ts';
import { refer, replacing } from './refer.ts';

const NUMBER = /^[0-9A-Da-d*#+]{1,64}$/;
/** A referrer's BYE waits for the last NOTIFY, but not for ever: the exchange has the call already. */
const FINAL_TIMEOUT_MS = 10_000;

/** Blind transfer: REFER on the party's leg (RFC 5589 5). A refused one gives the party back to the operator. */
export async function transfer(core: LinkCore, id: CallId, number: string): Promise<ExchangeOutcome> {
  if (!NUMBER.test(number)) return refused('bad-number', number);
  const found = findCall(core, id, 'connected', 'held');
  if (!found.call) return found.refusal;
  const { call } = found;
  const wasConnected = call.phase === 'connected';
  const end = await sendAway(core, call, core.exchange.aor(number), { number, name: '' });
  if (end.kind === 'taken') return DONE;
  if (!core.calls.has(id)) return refused('call-gone');
  // The exchange has let go of the caller's media for the transfer: he must be fetched back (tried on Asterisk).
  if (wasConnected && core.headset.leg) {
    const back = await joinHeadset(core, call);
    if (back.ok) setConnected(core, call);
  } else {
    await call.leg?.hold();
  }
  return refusalOf(end);
}

/** Joins source and destination; the operator is out. The destination may still ring. */
export async function join(
  core: LinkCore,
  sourceId: CallId,
  destinationId: CallId,
): Promise<ExchangeOutcome> {
  const source = findCall(core, sourceId, 'held', 'connected');
  if (!source.call) return source.refusal;
  const destination = findCall(core, destinationId, 'connected', 'held', 'outgoing');
  if (!destination.call) return destination.refusal;
  return destination.call.phase === 'outgoing'
    ? joinRinging(core, source.call, destination.call)
    : joinTalking(core, source.call, destination.call);
}

/** Attended transfer (RFC 5589 7): REFER on the source's leg with Replaces of the destination's dialog. */
async function joinTalking(
  core: LinkCore,
  source: LinkCall,
  destination: LinkCall,
): Promise<ExchangeOutcome> {
  const dialog = destination.leg?.dialog.sip;
  if (!dialog) return refused('call-gone');
  destination.joined = true;
  const replaces = { callId: dialog.callId, toTag: dialog.remoteTag, fromTag: dialog.localTag };
  const referTo = replacing(core.exchange.aor(destination.party.number), replaces);
  const end = await sendAway(core, source, referTo, destination.party, 'answered');
  if (end.kind === 'taken') {
    // The exchange ends the replaced leg itself; one that does not must not be left hanging.
    await releaseReplaced(core, destination);
    return DONE;
  }
  destination.joined = false;
  return refusalOf(end);
}

/**
 * The destination still rings: the REFER replaces the early dialog (RFC 3891 3), so that the target rings on without
 * a break and the source hears it. The reference dialplan brings the source back if nobody answers there. Before the
 * exchange has told a tag there is nothing to replace: then the attempt is cancelled and the source sent blind.
 */
async function joinRinging(
  core: LinkCore,
  source: LinkCall,
  destination: LinkCall,
): Promise<ExchangeOutcome> {
  const { outgoing, party } = destination;
  if (!outgoing) return refused('call-moved-on');
  const toTag = outgoing.remoteTag();
  destination.joined = true;
  if (toTag === null) {
    outgoing.cancel();
    await ended(core, destination);
    endCall(core, destination, { key: 'normal' }, 'operator');
    const end = await sendAway(core, source, core.exchange.aor(party.number), party);
    return end.kind === 'taken' ? DONE : refusalOf(end);
  }
  const replaces = { callId: outgoing.callId, toTag, fromTag: outgoing.localTag };
  const end = await sendAway(core, source, replacing(core.exchange.aor(party.number), replaces), party);
  if (end.kind === 'taken') {
    if (core.inHand === destination) core.inHand = null;
    endCall(core, destination, { key: 'normal' }, 'exchange');
    return DONE;
  }
  destination.joined = false;
  return refusalOf(end);
}

/** Refers a party away; when the exchange has taken it the headset rests and the leg is ended after the last NOTIFY. */
async function sendAway(
  core: LinkCore,
  call: LinkCall,
  referTo: string,
  target: Party,
  known: 'answered' | 'ringing' = 'ringing',
): Promise<ReferEnd> {
  const leg = call.leg;
  if (!leg || leg.ended) return { kind: 'silent' };
  expectToLeave(core, call, target);
  const { progress, final } = refer(leg, core.exchange, core.clock, referTo);
  const end = await progress;
  // Back already counts as taken: the exchange was quicker with the recall than with its report.
  const back = call.leg !== leg && call.phase !== 'gone';
  if (end.kind !== 'taken' && !back) {
    staysHere(core, call);
    return end;
  }
  if (core.calls.has(call.id)) extend(core, call, known);
  await restHeadset(core);
  const stop = new Promise<void>((resolve) => core.clock.after(FINAL_TIMEOUT_MS, resolve));
  // The referrer says BYE (RFC 5589 6.1): Asterisk does not, and the dialog would hang unseen.
  void Promise.race([final, stop]).then(() => leg.bye());
  return { kind: 'taken', status: end.kind === 'taken' ? end.status : 200 };
}

/** Waits until the exchange has confirmed that the ringing has ended. */
async function ended(core: LinkCore, call: LinkCall): Promise<void> {
  const stop = new Promise<void>((resolve) => core.clock.after(2000, resolve));
  await Promise.race([call.outgoing?.ended, stop]);
  if (core.inHand === call) core.inHand = null;
}

async function releaseReplaced(core: LinkCore, destination: LinkCall): Promise<void> {
  if (core.inHand === destination) {
    core.inHand = null;
    await restHeadset(core);
  }
  const { leg } = destination;
  core.clock.after(FINAL_TIMEOUT_MS, () => {
    void leg?.bye();
  });
  endCall(core, destination, { key: 'normal' }, 'exchange');
}

function refusalOf(end: ReferEnd): ExchangeOutcome {
  if (end.kind === 'refused')
    return { outcome: 'refused', reason: causeOfResponse(end.status, end.phrase, undefined) };
  return refused('timeout', 'the exchange did not say what became of the transfer');
}
