import type { CallId, HeldBy } from './call.ts';
import type { Reason } from './reason.ts';

/**
 * What the switchboard asks of a link. Each is one act of the operator, however many messages it takes.
 * `hold` names the call in hand that is held by itself first, or null.
 */
export type ExchangeCommand =
  | { readonly type: 'bind-headset' }
  | { readonly type: 'unbind-headset' }
  | { readonly type: 'check-seat' }
  | { readonly type: 'answer'; readonly call: CallId; readonly hold: CallId | null }
  | { readonly type: 'reject'; readonly call: CallId; readonly cause: 'busy' | 'declined' }
  /** A new call; with `hold` it is a consultation for the call held. `call` is a fresh id. */
  | {
      readonly type: 'make-call';
      readonly call: CallId;
      readonly number: string;
      readonly hold: CallId | null;
    }
  | { readonly type: 'hold'; readonly call: CallId; readonly by: HeldBy }
  /** With `hold` it is an alternate (swap). */
  | { readonly type: 'retrieve'; readonly call: CallId; readonly hold: CallId | null }
  | { readonly type: 'mute'; readonly on: boolean }
  | { readonly type: 'clear'; readonly call: CallId }
  /** Ends `clear` (which may still ring) and retrieves `call` in one act. */
  | { readonly type: 'reconnect'; readonly call: CallId; readonly clear: CallId }
  /** Single-step (blind) transfer. */
  | { readonly type: 'transfer'; readonly call: CallId; readonly number: string }
  /** Joins source and destination, which may still ring; the operator is out. */
  | { readonly type: 'join'; readonly source: CallId; readonly destination: CallId }
  /** Pulls back an extended call that still rings. */
  | { readonly type: 'take-back'; readonly call: CallId; readonly hold: CallId | null }
  | { readonly type: 'send-digits'; readonly call: CallId; readonly digits: string }
  | { readonly type: 'flash'; readonly call: CallId };

export type ExchangeOutcome =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'refused'; readonly reason: Reason };
