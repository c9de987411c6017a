import { randomUUID } from 'node:crypto';
import { channel } from 'node:diagnostics_channel';
import type { ExchangeOutcome } from '../model/exchange-command.ts';
import { causeOfCancel } from './cause.ts';
import { takeRecalled } from './extended-calls.ts';
import {
  calledNumber,
  callIdOf,
  callingParty,
  originOf,
  priorityOf,
  readParty,
  recallOf,
} from './identity.ts';
import { DONE, endCall, findCall, type LinkCore, newCall } from './link-core.ts';
import { parseMedia } from './sdp.ts';
import type { SrfRequest, SrfResponse } from './srf.ts';
import { WaitingInvite } from './waiting-invite.ts';

/** More than any desk can answer; beyond it the exchange is told to try elsewhere instead of our memory growing. */
const MAX_WAITING = 500;

/** For measuring; nothing is published while nobody listens. */
const delivered = channel('cordboard:sip-link:delivered');

/** A call arrives at the operator line and waits. */
export function receiveInvite(core: LinkCore, req: SrfRequest, res: SrfResponse, minuteMs: number): void {
  const dialled = readParty(`<${req.uri}>`)?.number;
  if (dialled && dialled !== core.exchange.line) {
    // A drachtio-server may serve several programs; what is not for this line is nobody's here (RFC 3261 8.2.2.1).
    core.log('warn', 'an INVITE for another line was refused', { dialled });
    res.send(404);
    return;
  }
  if (req.body && !parseMedia(req.body)) {
    // Nobody could ever answer it (fax alone, encryption that the desk does not speak): better refused at once, so that
    // the exchange can send it elsewhere, than a row that rings in vain (RFC 3261 13.3.1.3).
    core.log('warn', 'an INVITE without audio that the desk can hand on was refused with 488', {
      party: callingParty(req).number,
    });
    res.send(488);
    return;
  }
  const waiting = [...core.calls.values()].filter((call) => call.phase === 'waiting').length;
  if (waiting >= MAX_WAITING) {
    core.log('error', 'too many calls wait: refused with 503', { waiting });
    res.send(503);
    return;
  }
  const party = callingParty(req);
  const recall = recallOf(req, core.profile);
  const exchangeId = callIdOf(req, core.profile);
  const known = recall ? takeRecalled(core, { party, exchangeId, recall }) : null;
  const origin = originOf(req, core.profile, core.inside);
  const call = known ?? newCall({ id: randomUUID(), origin, exchangeId, party, phase: 'waiting' });
  call.phase = 'waiting';
  call.leg = null;
  call.waiting = new WaitingInvite(req, res, {
    stack: core.stack,
    clock: core.clock,
    minuteMs,
    contact: core.exchange.contact(),
    onCancel: (cancel) => endCall(core, call, causeOfCancel(cancel.get('Reason')), 'party'),
  });
  core.calls.set(call.id, call);
  if (delivered.hasSubscribers) delivered.publish({ call: call.id, callId: req.get('Call-ID') });
  core.emit({
    type: 'delivered',
    call: call.id,
    party: call.party,
    origin: call.origin,
    calledNumber: calledNumber(req, core.profile, core.exchange.line),
    priority: priorityOf(req),
    recall,
  });
}

/** 486 sends the caller where "busy" leads, 603 is the operator's own no (RFC 3261 21.4.24, 21.6.2). */
export async function reject(
  core: LinkCore,
  id: string,
  cause: 'busy' | 'declined',
): Promise<ExchangeOutcome> {
  // Not an act: a waiting caller is sent on at once. Only one who is being answered waits for that to end.
  if (core.calls.get(id)?.answering) await core.acts.settled();
  const found = findCall(core, id, 'waiting');
  if (!found.call) return found.refusal;
  found.call.waiting?.refuse(cause === 'busy' ? 486 : 603);
  endCall(core, found.call, { key: cause === 'busy' ? 'busy' : 'rejected' }, 'operator');
  return DONE;
}
