import { randomUUID } from 'node:crypto';
import type { ExchangeOutcome } from '../model/exchange-command.ts';
import { causeOfCancel } from './cause.ts';
import { takeRecalled } from './extended-calls.ts';
import { calledNumber, callIdOf, callingParty, originOf, priorityOf, recallOf } from './identity.ts';
import { DONE, endCall, findCall, type LinkCall, type LinkCore } from './link-core.ts';
import type { SrfRequest, SrfResponse } from './srf.ts';
import { WaitingInvite } from './waiting-invite.ts';

/** More than any desk can answer; beyond it the exchange is told to try elsewhere instead of our memory growing. */
const MAX_WAITING = 500;

/** A call arrives at the operator line and waits. */
export function receiveInvite(core: LinkCore, req: SrfRequest, res: SrfResponse, minuteMs: number): void {
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
  const call: LinkCall = known ?? {
    id: randomUUID(),
    origin: originOf(req, core.profile, core.inside),
    exchangeId,
    party,
    phase: 'waiting',
    waiting: null,
    outgoing: null,
    early: null,
    leg: null,
    joined: false,
    givenUp: false,
  };
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
export function reject(core: LinkCore, id: string, cause: 'busy' | 'declined'): ExchangeOutcome {
  const found = findCall(core, id, 'waiting');
  if (!found.call) return found.refusal;
  found.call.waiting?.refuse(cause === 'busy' ? 486 : 603);
  endCall(core, found.call, { key: cause === 'busy' ? 'busy' : 'rejected' }, 'operator');
  return DONE;
}
