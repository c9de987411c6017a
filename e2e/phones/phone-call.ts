import type { Identity, SipRequest } from './sip-message.ts';
import type { Heard } from './tone.ts';

/**
 *   out: calling ─▶ ringing ─▶ connected ◀──▶ held ─▶ ended
 *   in:             ringing ─▶ connected …
 */
export type CallState = 'calling' | 'ringing' | 'connected' | 'held' | 'ended';

export type CallEnd = {
  readonly by: 'phone' | 'exchange';
  /** The final response of an attempt that came to nothing. */
  readonly status: number | null;
  /** Q.850 cause of the Reason header (RFC 3326). */
  readonly cause: number | null;
  /** The Reason header as it came. */
  readonly reason: string;
};

/** What became of a REFER: the answer to it, and the status lines that came by NOTIFY. */
export type TransferReport = { readonly status: number; readonly fragments: readonly string[] };

export type PhoneCall = {
  readonly direction: 'in' | 'out';
  readonly state: CallState;
  /** Who the display shows: From, or P-Asserted-Identity, and what re-INVITE, UPDATE and responses changed since. */
  readonly from: Identity;
  /** The INVITE that came or went. */
  readonly invite: SipRequest;
  readonly callId: string;
  /** Headers of the INVITE that came. */
  header(name: string): string;
  /** The statuses of all responses to this phone's INVITE, in order. */
  readonly statuses: readonly number[];
  /** Settles when the call is answered; rejects when it ends without that. */
  readonly answered: Promise<void>;
  readonly ended: Promise<CallEnd>;
  answer(): void;
  reject(status: number): void;
  /** Gives up an own call that is not answered. */
  cancel(): void;
  hangUp(): Promise<void>;
  hold(): Promise<void>;
  resume(): Promise<void>;
  /** Sends the other side away to a number by REFER; settles with the last NOTIFY. The call is not ended by it. */
  transfer(number: string): Promise<TransferReport>;
  /** The same, to the other side of another call of this phone, which may still ring (Replaces, RFC 3891). */
  transferTo(other: PhoneCall): Promise<TransferReport>;
  /** `Call-ID;to-tag=…;from-tag=…` of this call as a Replaces value. */
  readonly replaces: string;
  sendDigits(digits: string): Promise<void>;
  /** The keys received from the other side (RFC 4733). */
  digits(): string;
  hears(): Heard;
  /** When the first packet with this tone came after `mark` (both of `process.hrtime.bigint`), or null. */
  firstHeard(hz: number, mark: bigint): bigint | null;
};
