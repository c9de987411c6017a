import type { SipRequest } from '../message/sip-message.ts';
import type { Received } from '../transaction/client-transactions.ts';
import { buildResponse } from './build-response.ts';
import { dropDialog } from './end-dialog.ts';
import { networkEvent } from './events.ts';
import type { IncomingRequest } from './incoming-request.ts';
import { openTransaction, whenLocal } from './open-incoming.ts';
import { refuse } from './refuse.ts';
import type { UserAgent } from './user-agent.ts';

/**
 * Takes a CANCEL, RFC 3261 9.2: 481 if there is nothing to cancel, else 200, and 487 to the INVITE unless it has its
 * final response already. The client is told by the CANCEL itself.
 */
export function receiveCancel(ua: UserAgent, received: Received<SipRequest>): void {
  const { message: cancel, envelope, flow } = received;
  const invite = ua.serverTransactions.cancelTarget(cancel, envelope);
  if (invite === undefined) return refuse(ua, cancel, envelope, flow, 481, 'nothing to cancel');
  const incoming = ua.incoming.get(invite.id);
  // 9.2: the same To tag in both answers. An INVITE without an entry has been answered finally.
  const tag = incoming === undefined ? {} : { tag: incoming.localTag };
  openTransaction(ua, received)?.respond(buildResponse(cancel, 200, tag));
  if (incoming === undefined) return;
  const dialogId = incoming.dialog?.dialog.id ?? '';
  terminateIncoming(ua, incoming);
  const event = networkEvent(received, invite.id, dialogId);
  whenLocal(incoming, () => incoming.owner.event(event));
}

/** Ends an INVITE that the client has not answered, with 487. */
export function terminateIncoming(ua: UserAgent, incoming: IncomingRequest): void {
  const { transaction, dialog } = incoming;
  ua.incoming.delete(transaction.id);
  transaction.respond(buildResponse(transaction.request, 487, { tag: incoming.localTag }));
  if (dialog === null) return;
  if (dialog.serverInvite === transaction) dialog.serverInvite = null;
  if (!incoming.inDialog) dropDialog(ua, dialog);
}
