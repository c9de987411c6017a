import type { CallId, HeldBy, Origin, Party, Recall } from './call.ts';
import type { Reason } from './reason.ts';
import type { SeatCheckItem } from './seat-check.ts';

/** What one call looks like to the exchange, for a resync. */
export type CallSnapshot = {
  readonly call: CallId;
  readonly state: 'queued' | 'initiated' | 'alerting' | 'connected' | 'held';
};

/**
 * What a link tells the switchboard. `at` is milliseconds since the epoch by the link's clock.
 * The exchange is the truth: an event is reported after it happened there, never before.
 */
export type ExchangeEvent = { readonly at: number } & (
  | {
      readonly type: 'link';
      readonly state: 'connecting' | 'up' | 'down' | 'stopped';
      readonly reason?: Reason;
    }
  | {
      readonly type: 'line';
      readonly state: 'registering' | 'registered' | 'refused' | 'unregistered';
      readonly reason?: Reason;
    }
  | {
      readonly type: 'headset';
      readonly state: 'unbound' | 'binding' | 'bound' | 'lost';
      readonly reason?: Reason;
    }
  /**
   * A call waits at the position. When `call` is one that had left the desk (transfer, park), it came back and
   * `recall` says why.
   */
  | {
      readonly type: 'delivered';
      readonly call: CallId;
      readonly party: Party;
      readonly origin: Origin;
      /** The number that the caller dialled, where the exchange tells it; else the operator line's own. */
      readonly calledNumber: string;
      /** Higher is more urgent; 0 is normal. */
      readonly priority: number;
      readonly recall: Recall | null;
    }
  | { readonly type: 'initiated'; readonly call: CallId; readonly party: Party; readonly origin: Origin }
  | { readonly type: 'alerting'; readonly call: CallId }
  /** The operator and the party hear each other (unless muted). Also after a retrieve and a take-back. */
  | { readonly type: 'established'; readonly call: CallId }
  | { readonly type: 'held'; readonly call: CallId; readonly by: HeldBy }
  | { readonly type: 'muted'; readonly on: boolean }
  | { readonly type: 'party-changed'; readonly call: CallId; readonly party: Party }
  /** An outgoing attempt came to nothing. The call does not exist at the exchange any more. */
  | { readonly type: 'failed'; readonly call: CallId; readonly cause: Reason }
  | {
      readonly type: 'cleared';
      readonly call: CallId;
      readonly cause: Reason;
      readonly by: 'party' | 'operator' | 'exchange';
    }
  /** The call left the desk for `target` and rings there; the destination call of a join is cleared before. */
  | { readonly type: 'extended'; readonly call: CallId; readonly target: Party }
  /**
   * What became of an extended call. `unknown`: the exchange does not tell. A call that comes back is reported by
   * `delivered`, `held` or `established` for the same CallId instead.
   */
  | {
      readonly type: 'extended-ended';
      readonly call: CallId;
      readonly outcome: 'answered' | 'cleared' | 'unknown';
      readonly cause: Reason;
    }
  | { readonly type: 'seat-checked'; readonly items: readonly SeatCheckItem[] }
  /** The whole truth after a resync: calls that are not in it are gone. */
  | {
      readonly type: 'snapshot';
      readonly calls: readonly CallSnapshot[];
      readonly extended: readonly CallId[];
    }
);
