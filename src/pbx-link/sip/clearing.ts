import type { CallId } from '../model/call.ts';
import type { ExchangeOutcome } from '../model/exchange-command.ts';
import { restIfFree, takeInHand } from './crossing.ts';
import { DONE, endCall, findCall, type LinkCall, type LinkCore, refused } from './link-core.ts';

const NORMAL = 'Q.850;cause=16';

/** Ends one party: a waiting call is refused, a ringing one cancelled, a leg gets BYE. */
export async function clear(core: LinkCore, id: CallId): Promise<ExchangeOutcome> {
  const found = findCall(core, id, 'waiting', 'outgoing', 'connected', 'held');
  if (!found.call) return found.refusal;
  const wasInHand = core.inHand === found.call;
  const ended = endParty(core, found.call);
  if (wasInHand) await restIfFree(core);
  await ended;
  return DONE;
}

/** Ends the consultation, which may still ring, and gives the source back to the operator in the same act. */
export async function reconnect(core: LinkCore, id: CallId, clearId: CallId): Promise<ExchangeOutcome> {
  const found = findCall(core, id, 'held', 'connected');
  if (!found.call) return found.refusal;
  if (!core.headset.leg) return refused('no-headset');
  const consultation = core.calls.get(clearId);
  const [, taken] = await Promise.all([
    consultation ? endParty(core, consultation) : null,
    takeInHand(core, found.call),
  ]);
  if (taken.ok) return DONE;
  await restIfFree(core);
  if (taken.who === 'headset') return refused('no-headset', taken.why);
  return core.calls.has(id) ? refused('exchange-error', taken.why) : refused('call-gone', taken.why);
}

/** Says goodbye to a party and takes it off the books; the headset is the caller's business. */
export async function endParty(core: LinkCore, call: LinkCall): Promise<void> {
  call.givenUp = true;
  const { phase, leg, outgoing, waiting } = call;
  if (phase === 'gone') return;
  if (phase === 'waiting') waiting?.refuse(480);
  if (phase === 'outgoing') outgoing?.cancel();
  const said = leg?.bye(NORMAL);
  endCall(core, call, { key: 'normal' }, 'operator');
  await said;
}
