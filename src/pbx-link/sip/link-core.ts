import type { CallId, HeldBy, Origin, Party } from '../model/call.ts';
import type { Clock } from '../model/clock.ts';
import type { ExchangeOutcome } from '../model/exchange-command.ts';
import type { ExchangeEvent } from '../model/exchange-event.ts';
import type { Log } from '../model/log.ts';
import type { Reason, ReasonKey } from '../model/reason.ts';
import type { ExchangeProfile } from '../profiles/exchange-profile.ts';
import { Acts } from './acts.ts';
import type { Exchange } from './exchange.ts';
import type { HeadsetPhone } from './headset-phone.ts';
import type { Leg, LegContext } from './leg.ts';
import type { OutgoingInvite } from './outgoing-invite.ts';
import type { Media } from './sdp.ts';
import type { SrfStack } from './srf.ts';
import type { WaitingInvite } from './waiting-invite.ts';

type WithoutTime<T> = T extends unknown ? Omit<T, 'at'> : never;
export type EventBody = WithoutTime<ExchangeEvent>;

/**
 * A party's call as SIP has it. `phase`:
 *
 *   waiting ─▶ connected ◀─▶ held        (its INVITE, then its leg)
 *   outgoing ─▶ connected                 (our INVITE, then its leg)
 *   connected | held ─▶ extended          (left by REFER; comes back as a new INVITE or by pick-up)
 *   any ─▶ gone
 */
export type LinkCall = {
  readonly id: CallId;
  readonly origin: Origin;
  /** What the exchange calls this caller each time it delivers him; null where it does not. */
  readonly exchangeId: string | null;
  party: Party;
  phase: 'waiting' | 'outgoing' | 'connected' | 'held' | 'extended' | 'gone';
  waiting: WaitingInvite | null;
  outgoing: OutgoingInvite | null;
  /** Media of an early dialog that the headset already hears. */
  early: Media | null;
  leg: Leg | null;
  heldBy: HeldBy;
  /** An answer is under way: whoever wants this call waits for it. */
  answering: boolean;
  /** Digits follow one another (one INFO after the other). */
  readonly digits: Acts;
  /** A join has taken this call away; its end is a success. */
  joined: boolean;
  /** The operator gave this call up; its end is his. */
  givenUp: boolean;
};

/** What the parts of the SIP link share. */
export type LinkCore = {
  readonly stack: SrfStack;
  readonly exchange: Exchange;
  readonly profile: ExchangeProfile;
  readonly clock: Clock;
  readonly log: Log;
  readonly acts: Acts;
  readonly legContext: LegContext;
  readonly headset: HeadsetPhone;
  readonly inside: (number: string) => boolean;
  readonly calls: Map<CallId, LinkCall>;
  /** The call that the headset is joined with, or that rings into it. */
  inHand: LinkCall | null;
  muted: boolean;
  /** Legs whose party lives on elsewhere: they get their BYE when the exchange has said its last word. */
  readonly leaving: Set<Leg>;
  /** The link is being stopped: a leg that still arrives is ended at once. */
  stopping: boolean;
  readonly emit: (event: EventBody) => void;
};

/** A call as it begins, in one of the two phases in which calls begin. */
export function newCall(
  begin: Pick<LinkCall, 'id' | 'origin' | 'exchangeId' | 'party'> & {
    readonly phase: 'waiting' | 'outgoing';
  },
): LinkCall {
  return {
    ...begin,
    waiting: null,
    outgoing: null,
    early: null,
    leg: null,
    heldBy: 'self',
    answering: false,
    digits: new Acts(),
    joined: false,
    givenUp: false,
  };
}

export const DONE: ExchangeOutcome = { outcome: 'done' };

export function refused(key: ReasonKey, detail?: string): ExchangeOutcome {
  return { outcome: 'refused', reason: detail === undefined ? { key } : { key, detail } };
}

/** The call, if it is there in one of the phases; else why not. */
export function findCall(
  core: LinkCore,
  id: CallId,
  ...phases: readonly LinkCall['phase'][]
): { readonly call: LinkCall } | { readonly call: null; readonly refusal: ExchangeOutcome } {
  const call = core.calls.get(id);
  if (!call) return { call: null, refusal: refused('call-gone') };
  if (!phases.includes(call.phase)) return { call: null, refusal: refused('call-moved-on', call.phase) };
  return { call };
}

/** The call is over: it leaves the link's books and the switchboard is told, once. */
export function endCall(
  core: LinkCore,
  call: LinkCall,
  cause: Reason,
  by: 'party' | 'operator' | 'exchange',
): void {
  if (call.phase === 'gone') return;
  call.phase = 'gone';
  core.calls.delete(call.id);
  if (core.inHand === call) {
    core.inHand = null;
    setMuted(core, false);
  }
  core.emit({ type: 'cleared', call: call.id, cause, by });
}

export function setHeld(core: LinkCore, call: LinkCall, by: HeldBy): void {
  call.phase = 'held';
  call.heldBy = by;
  if (core.inHand === call) {
    core.inHand = null;
    setMuted(core, false);
  }
  core.emit({ type: 'held', call: call.id, by });
}

/** Whether the call is still on the books with a leg that is up. */
export function isUp(core: LinkCore, call: LinkCall): boolean {
  return core.calls.get(call.id) === call && call.leg?.ended === false;
}

/** The operator and the party hear each other; false when the party has gone meanwhile, and nothing is said then. */
export function setConnected(core: LinkCore, call: LinkCall, muted = false): boolean {
  if (!isUp(core, call)) return false;
  call.phase = 'connected';
  core.inHand = call;
  setMuted(core, muted);
  core.emit({ type: 'established', call: call.id });
  return true;
}

/** Muting ends by itself with the call (row B27). */
export function setMuted(core: LinkCore, on: boolean): void {
  if (core.muted === on) return;
  core.muted = on;
  core.emit({ type: 'muted', on });
}

/** Runs an act that nobody waits for. One that fails is a bug: it is logged, and the next act runs. */
export function runLater(core: LinkCore, act: () => Promise<unknown>): void {
  core.acts.run(act).catch((error: unknown) => core.log('error', 'an act failed', { error: String(error) }));
}

/** Ends a leg when the exchange has said its last word about it, or when the link stops. */
export function endLater(core: LinkCore, leg: Leg, when: Promise<unknown>): void {
  core.leaving.add(leg);
  void when.then(async () => {
    if (!core.leaving.delete(leg)) return;
    await leg.bye();
  });
}

/** Settles after `ms` milliseconds. */
export function delay(core: LinkCore, ms: number): Promise<void> {
  return new Promise((resolve) => core.clock.after(ms, resolve));
}
