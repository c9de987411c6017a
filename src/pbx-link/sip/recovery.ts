import type { CallSnapshot } from '../model/exchange-event.ts';
import { holdParty, reassertAll } from './crossing.ts';
import { extendedIds } from './extended-calls.ts';
import { endCall, type LinkCall, type LinkCore } from './link-core.ts';

const PROBE_TIMEOUT_MS = 3000;

/**
 * Finds out what is left of the calls after the exchange was away, the PC slept or its address changed: each dialog
 * is asked for, what the exchange has forgotten is dropped and said, and what lives is told our present address.
 * Returns whether the headset phone's standing call was lost on the way.
 */
export async function recoverCalls(core: LinkCore): Promise<{ readonly headsetLost: boolean }> {
  const standing = core.headset.leg;
  const probes = [...core.calls.values()].map(async (call) => ({ call, state: await probeCall(core, call) }));
  const headset = standing ? await standing.probe(PROBE_TIMEOUT_MS) : 'alive';
  const results = await Promise.all(probes);
  const headsetLost = headset === 'gone';
  if (headsetLost) core.headset.drop({ key: 'link-lost' });
  for (const { call, state } of results) {
    if (state === 'gone') dropCall(core, call);
    else if (state === 'unknown')
      core.log('warn', 'the exchange did not say whether a call lives', { call: call.id });
  }
  // What was on its way when the doubt arose may have been done or not; and held and resting legs must name our
  // present address (RFC 3261 12.2.2, target refresh).
  await reassertAll(core);
  return { headsetLost };
}

function probeCall(core: LinkCore, call: LinkCall): Promise<'alive' | 'gone' | 'unknown'> {
  if (call.phase === 'waiting' && call.waiting)
    return core.exchange.probe(call.waiting.dialogId, PROBE_TIMEOUT_MS);
  if (call.phase === 'outgoing' && call.outgoing) {
    // Before the first provisional response there is no dialog to ask for; the transaction's own timer decides.
    if (call.outgoing.remoteTag() === null) return Promise.resolve('unknown');
    return core.exchange.probe(
      `${call.outgoing.callId};from-tag=${call.outgoing.localTag}`,
      PROBE_TIMEOUT_MS,
    );
  }
  if (call.phase === 'extended') return Promise.resolve('alive');
  return call.leg ? call.leg.probe(PROBE_TIMEOUT_MS) : Promise.resolve('gone');
}

function dropCall(core: LinkCore, call: LinkCall): void {
  call.waiting?.drop();
  call.outgoing?.cancel();
  call.leg?.drop();
  call.givenUp = true;
  endCall(core, call, { key: 'link-lost' }, 'exchange');
}

/** The phone is gone: whoever was in hand hears music instead of nothing, and waits for the phone to be bound again. */
export async function holdOrphan(core: LinkCore): Promise<void> {
  const call = core.inHand;
  if (call?.phase === 'connected') {
    await holdParty(core, call, 'self');
  } else if (call?.phase === 'outgoing') {
    call.givenUp = true;
    call.outgoing?.cancel();
    endCall(core, call, { key: 'headset-lost' }, 'exchange');
  }
}

/** The truth, for a resync: what each call is now. */
export function snapshot(core: LinkCore): void {
  const calls: CallSnapshot[] = [];
  for (const call of core.calls.values()) {
    if (call.phase === 'waiting') calls.push({ call: call.id, state: 'queued' });
    else if (call.phase === 'outgoing') calls.push({ call: call.id, state: 'initiated' });
    else if (call.phase === 'connected' || call.phase === 'held')
      calls.push({ call: call.id, state: call.phase });
  }
  core.emit({ type: 'snapshot', calls, extended: extendedIds(core) });
}
