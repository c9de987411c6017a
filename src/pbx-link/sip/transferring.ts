import type { CallId, Party } from '../model/call.ts';
import type { ExchangeOutcome } from '../model/exchange-command.ts';
import { causeOfResponse } from './cause.ts';
import { giveBack, restIfFree } from './crossing.ts';
import { expectToLeave, extend, staysHere } from './extended-calls.ts';
import {
  DONE,
  delay,
  endCall,
  endLater,
  findCall,
  isUp,
  type LinkCall,
  type LinkCore,
  refused,
} from './link-core.ts';
import { type ReferEnd, refer, replacing } from './refer.ts';

const NUMBER = /^[0-9A-Da-d*#+]{1,64}$/;
/** A referrer's BYE waits for the last NOTIFY, but not for ever: the exchange has the call already. */
const FINAL_TIMEOUT_MS = 10_000;
const CANCEL_TIMEOUT_MS = 2000;

/** Blind transfer: REFER on the party's leg (RFC 5589 5). A refused one gives the party back to the operator. */
export async function transfer(core: LinkCore, id: CallId, number: string): Promise<ExchangeOutcome> {
  if (!NUMBER.test(number)) return refused('bad-number', number);
  const found = findCall(core, id, 'connected', 'held');
  if (!found.call) return found.refusal;
  const { muted } = core;
  const end = await sendAway(core, found.call, core.exchange.aor(number), { number, name: '' });
  if (end.kind === 'taken') return DONE;
  return notSent(core, found.call, end, muted);
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
  const { leg } = destination;
  if (!leg) return refused('call-gone');
  const { callId, remoteTag, localTag } = leg.dialog.sip;
  const { muted } = core;
  destination.joined = true;
  const referTo = replacing(core.exchange.aor(destination.party.number), {
    callId,
    toTag: remoteTag,
    fromTag: localTag,
  });
  const end = await sendAway(core, source, referTo, destination.party, 'answered');
  if (end.kind !== 'taken') {
    destination.joined = false;
    return notSent(core, source, end, muted);
  }
  // The exchange ends the replaced leg itself; one that does not must not be left hanging.
  endLater(core, leg, delay(core, FINAL_TIMEOUT_MS));
  endCall(core, destination, { key: 'normal' }, 'exchange');
  await restIfFree(core);
  return DONE;
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
  const { muted } = core;
  const toTag = outgoing.remoteTag();
  destination.joined = true;
  if (toTag === null) {
    destination.givenUp = true;
    outgoing.cancel();
    await Promise.race([outgoing.ended, delay(core, CANCEL_TIMEOUT_MS)]);
    await destination.leg?.bye();
    endCall(core, destination, { key: 'normal' }, 'operator');
    const end = await sendAway(core, source, core.exchange.aor(party.number), party);
    return end.kind === 'taken' ? DONE : notSent(core, source, end, muted);
  }
  const replaces = { callId: outgoing.callId, toTag, fromTag: outgoing.localTag };
  const end = await sendAway(core, source, replacing(core.exchange.aor(party.number), replaces), party);
  if (end.kind !== 'taken') {
    destination.joined = false;
    return notSent(core, source, end, muted);
  }
  // The exchange ends the replaced attempt (603 on Asterisk); one that does not is given up by us.
  destination.givenUp = true;
  core.clock.after(FINAL_TIMEOUT_MS, () => outgoing.cancel());
  endCall(core, destination, { key: 'normal' }, 'exchange');
  await restIfFree(core);
  return DONE;
}

/** Refers a party away; when the exchange has taken it the leg is ended after the exchange's last word. */
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
  const back = call.leg !== leg;
  if (end.kind !== 'taken' && !back) {
    staysHere(core, call);
    return end;
  }
  // The referrer says BYE (RFC 5589 6.1): Asterisk does not, and the dialog would hang unseen.
  endLater(core, leg, Promise.race([final, delay(core, FINAL_TIMEOUT_MS)]));
  if (core.calls.get(call.id) === call) extend(core, call, known);
  else staysHere(core, call);
  await restIfFree(core);
  return { kind: 'taken', status: end.kind === 'taken' ? end.status : 200 };
}

/**
 * The exchange has let go of the party's media for the transfer: whoever was in hand must be fetched back, and whoever
 * was held gets his music again (tried on Asterisk).
 */
async function notSent(
  core: LinkCore,
  call: LinkCall,
  end: ReferEnd,
  muted: boolean,
): Promise<ExchangeOutcome> {
  if (!isUp(core, call)) return refused('call-gone');
  if (core.inHand === call) await giveBack(core, call, muted);
  else await call.leg?.hold();
  if (end.kind === 'refused')
    return { outcome: 'refused', reason: causeOfResponse(end.status, end.phrase, undefined) };
  return refused('timeout', 'the exchange did not say what became of the transfer');
}
