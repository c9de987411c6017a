import type { Reason } from './reason.ts';

/**
 * One party's call at this position. The link chooses it for calls that arrive and takes the switchboard's for
 * calls that are made; it stays the same when the call leaves by transfer and comes back.
 */
export type CallId = string;

export type Party = { readonly number: string; readonly name: string };

/** Whether the party is an extension of this exchange or came over a trunk. */
export type Origin = 'inside' | 'outside';

/** Held by the operator's hand, or by the desk itself because another call was taken (B24). */
export type HeldBy = 'hand' | 'self';

/** Why a call that had left the desk is back (X4). `target` is the number that did not take it. */
export type Recall = {
  readonly reason: 'busy' | 'no-answer' | 'unreachable' | 'park' | 'returned';
  readonly target: string;
};

/**
 * The operator's connection to the party, after CSTA (ECMA-269, connection states).
 *
 *   (in)   queued ──answer──▶ connected ◀──retrieve── held
 *   (out)  initiated ─▶ alerting ─▶ connected ──hold──▶ held
 *          initiated | alerting ─▶ failed (busy, unknown …; stays until the operator acts)
 *          any ─▶ cleared
 */
export type Connection =
  | { readonly state: 'queued'; readonly since: number }
  | { readonly state: 'initiated'; readonly since: number }
  | { readonly state: 'alerting'; readonly since: number }
  | { readonly state: 'connected'; readonly since: number }
  | { readonly state: 'held'; readonly since: number; readonly by: HeldBy }
  | { readonly state: 'failed'; readonly since: number; readonly cause: Reason }
  | { readonly state: 'cleared'; readonly since: number; readonly cause: Reason };

export type ConnectionState = Connection['state'];
