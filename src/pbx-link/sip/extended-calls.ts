import type { CallId, Party, Recall } from '../model/call.ts';
import type { TargetState } from './dialog-info.ts';
import { type LinkCall, type LinkCore, setMuted } from './link-core.ts';
import { TargetWatch } from './target-watch.ts';

/** After the target's lamp has changed a recall is on its way for at most this long. */
const RECALL_GRACE_MS = 3000;
/** How long a call that has left is remembered, so that it is known again when it comes back after all. */
const REMEMBER_MS = 60_000;
const DEFAULT_RING_SECONDS = 120;

/** A call that has left the desk, or is about to, and may come back. */
type Extended = {
  readonly call: LinkCall;
  readonly target: Party;
  watch: TargetWatch | null;
  /** The exchange has taken it. */
  left: boolean;
  told: boolean;
  rang: boolean;
  stopTimer: () => void;
};

const books = new WeakMap<LinkCore, Map<CallId, Extended>>();

function bookOf(core: LinkCore): Map<CallId, Extended> {
  const book = books.get(core) ?? new Map<CallId, Extended>();
  books.set(core, book);
  return book;
}

/**
 * Before a call is sent away: a busy target can bring it back before the exchange has said that it took it, and it
 * must be known again then.
 */
export function expectToLeave(core: LinkCore, call: LinkCall, target: Party): void {
  const entry = {
    call,
    target,
    watch: null,
    left: false,
    told: false,
    rang: false,
    stopTimer: () => undefined,
  };
  bookOf(core).set(call.id, entry);
}

/** It did not leave after all. */
export function staysHere(core: LinkCore, call: LinkCall): void {
  bookOf(core).delete(call.id);
}

/** The call has left. Unless it is known to have been answered, the target's lamp is watched. */
export function extend(core: LinkCore, call: LinkCall, known: 'answered' | 'ringing'): void {
  const entry = bookOf(core).get(call.id);
  if (!entry || entry.left) return; // back already
  leave(core, entry);
  if (known === 'answered') {
    tell(core, entry, 'answered');
    return;
  }
  waitForEnd(core, entry);
  entry.watch = new TargetWatch({
    exchange: core.exchange,
    stack: core.stack,
    number: entry.target.number,
    report: (state) => lampChanged(core, entry, state),
  });
  entry.watch.start();
}

function leave(core: LinkCore, entry: Extended): void {
  const { call, target } = entry;
  entry.left = true;
  call.phase = 'extended';
  if (core.inHand === call) {
    core.inHand = null;
    setMuted(core, false);
  }
  core.emit({ type: 'extended', call: call.id, target });
}

function waitForEnd(core: LinkCore, entry: Extended): void {
  const ringSeconds = core.profile.extensionRingTimeSeconds ?? DEFAULT_RING_SECONDS;
  entry.stopTimer();
  entry.stopTimer = core.clock.after(ringSeconds * 1000 + RECALL_GRACE_MS, () =>
    tell(core, entry, 'unknown'),
  );
}

function lampChanged(core: LinkCore, entry: Extended, state: TargetState | 'unknown'): void {
  if (entry.told) return;
  if (state === 'unknown') tell(core, entry, 'unknown');
  else if (state === 'talking' && entry.rang) tell(core, entry, 'answered');
  else if (state === 'ringing') {
    entry.rang = true;
    waitForEnd(core, entry);
  } else {
    // Talking at once: it answered before the watch began, or it was busy already. Idle: nobody answered, or the
    // caller gave up. A recall decides, if one comes.
    entry.stopTimer();
    entry.stopTimer = core.clock.after(RECALL_GRACE_MS, () =>
      tell(core, entry, state === 'talking' ? 'answered' : 'cleared'),
    );
  }
}

function tell(core: LinkCore, entry: Extended, outcome: 'answered' | 'cleared' | 'unknown'): void {
  if (entry.told) return;
  entry.told = true;
  entry.stopTimer();
  entry.watch?.stop();
  core.emit({
    type: 'extended-ended',
    call: entry.call.id,
    outcome,
    cause: { key: outcome === 'cleared' ? 'caller-gave-up' : 'normal' },
  });
  entry.stopTimer = core.clock.after(REMEMBER_MS, () => forget(core, entry));
}

function forget(core: LinkCore, entry: Extended): void {
  entry.stopTimer();
  entry.watch?.stop();
  bookOf(core).delete(entry.call.id);
  if (core.calls.get(entry.call.id) === entry.call && entry.call.phase === 'extended')
    core.calls.delete(entry.call.id);
}

/**
 * A call came in with a recall header: the one that left, if it is remembered. Where the exchange has no name for a
 * caller, target and number tell; of two alike the last one that left is taken.
 */
export function takeRecalled(
  core: LinkCore,
  back: { readonly party: Party; readonly exchangeId: string | null; readonly recall: Recall },
): LinkCall | null {
  const candidates = [...bookOf(core).values()].filter(
    ({ call, target, left }) =>
      (!left || call.phase === 'extended') &&
      (back.exchangeId !== null && call.exchangeId !== null
        ? call.exchangeId === back.exchangeId
        : call.party.number === back.party.number &&
          (target.number === back.recall.target || back.recall.reason === 'returned')),
  );
  const entry = candidates.at(-1);
  if (!entry) return null;
  if (!entry.left) leave(core, entry);
  forgetWatch(core, entry);
  return entry.call;
}

function forgetWatch(core: LinkCore, entry: Extended): void {
  entry.told = true;
  entry.stopTimer();
  entry.watch?.stop();
  bookOf(core).delete(entry.call.id);
}

/** The call that rings at its target, as far as is known; null when there is nothing to take back. */
export function ringingExtended(
  core: LinkCore,
  id: CallId,
): { readonly call: LinkCall; readonly target: Party } | null {
  const entry = bookOf(core).get(id);
  return entry && !entry.told && entry.call.phase === 'extended' ? entry : null;
}

/** The call is back at the desk by the operator's own act. */
export function tookBack(core: LinkCore, call: LinkCall): void {
  const entry = bookOf(core).get(call.id);
  if (entry) forgetWatch(core, entry);
}

export function extendedIds(core: LinkCore): CallId[] {
  return [...bookOf(core).values()].filter((entry) => !entry.told).map((entry) => entry.call.id);
}

export function forgetAllExtended(core: LinkCore): void {
  for (const entry of [...bookOf(core).values()]) forget(core, entry);
}
