import type { Timer } from '../clock.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { SipHeader } from '../message/sip-message.ts';
import type { ClientTransaction } from '../transaction/client-transactions.ts';
import type { ServerTransaction } from '../transaction/server-transactions.ts';
import type { Flow } from '../transport/flow.ts';
import type { Outgoing } from '../transport/transport-layer.ts';
import type { SipEvent } from '../wire/server-message.ts';
import type { Client } from './client.ts';

/** A dialog with what goes on in it just now. */
export type DialogEntry = {
  dialog: Dialog;
  /** The client that it belongs to; null for a dialog that the agent ends by itself. */
  readonly owner: Client | null;
  /** Our INVITE in it that has no final response. */
  clientInvite: ClientTransaction | null;
  /** The peer's INVITE in it that has no final response from us. */
  serverInvite: ServerTransaction | null;
  /** The 2xx that we sent and repeat until its ACK comes (RFC 3261 13.3.1.4). */
  unacknowledged: Unacknowledged | null;
  /** The INVITE that we sent and got a 2xx for, with our ACK once the client has given it (13.2.2.4). */
  accepted: Accepted | null;
  /** A BYE that waits for the ACK: the callee must not send it before (RFC 3261 15). */
  heldBye: (() => void) | null;
  /** Our BYE is on its way: the session is over, only its answer is awaited. */
  ending: boolean;
  /** Ends a dialog whose end the peer has not confirmed. */
  linger: Timer | null;
  /** When a subscription ends that nobody refreshes, by usage. */
  readonly expiries: Map<string, Timer>;
  /** Events that wait until the client has seen the response which makes the dialog; null when nothing waits. */
  heldEvents: SipEvent[] | null;
};

export type Unacknowledged = {
  readonly cseq: number;
  readonly transaction: ServerTransaction;
  stop(): void;
};

export type Accepted = {
  readonly cseq: number;
  /** The INVITE's credentials, which its ACK repeats (RFC 3261 13.2.2.4). */
  readonly credentials: readonly SipHeader[];
  acknowledgement: { readonly sent: Outgoing; readonly to: Flow } | null;
};

export function newDialogEntry(dialog: Dialog, owner: Client | null): DialogEntry {
  return {
    dialog,
    owner,
    clientInvite: null,
    serverInvite: null,
    unacknowledged: null,
    accepted: null,
    heldBye: null,
    ending: false,
    linger: null,
    expiries: new Map(),
    heldEvents: null,
  };
}
