import type { SipHeader } from '../message/sip-message.ts';
import { type ClientTransaction, requestOnBranch } from '../transaction/client-transactions.ts';
import type { Client } from './client.ts';
import type { UserAgent } from './user-agent.ts';

/** An INVITE of ours that may be cancelled: it has no final response yet. */
export type Invitation = {
  readonly owner: Client | null;
  readonly transaction: ClientTransaction;
  cancel: 'none' | 'held' | 'sent';
  /** Sends a CANCEL that waited for a provisional response. */
  release: (() => void) | null;
};

/**
 * Cancels an INVITE (RFC 3261 9.1). Before any response the CANCEL is held, as it could overtake the INVITE; it leaves
 * with the first provisional and never if the final response comes first. Its own responses concern nobody.
 */
export function cancelInvitation(
  ua: UserAgent,
  invitation: Invitation,
  headers: readonly SipHeader[],
): ClientTransaction {
  const { transaction } = invitation;
  const cancel = ua.clientTransactions.create(
    requestOnBranch(transaction.request, 'CANCEL', headers),
    transaction.destination,
    { response: () => {}, failed: () => {} },
  );
  const send = () => {
    invitation.cancel = 'sent';
    invitation.release = null;
    cancel.start();
    transaction.cancelled();
  };
  if (transaction.state() === 'proceeding') send();
  else {
    invitation.cancel = 'held';
    invitation.release = send;
  }
  return cancel;
}
