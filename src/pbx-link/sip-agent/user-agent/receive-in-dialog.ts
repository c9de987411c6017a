import { acceptsSequence, dialogAsUac } from '../dialog/dialog.ts';
import { INVITE_USAGE, isTerminating, subscriptionUsage } from '../dialog/subscription.ts';
import type { SipHeader, SipRequest } from '../message/sip-message.ts';
import type { Received } from '../transaction/client-transactions.ts';
import { buildResponse } from './build-response.ts';
import { type DialogEntry, newDialogEntry } from './dialog-entry.ts';
import { endUsage, lingerDialog } from './end-dialog.ts';
import { deliverInDialog, networkEvent } from './events.ts';
import { formingKey } from './forming.ts';
import { openIncoming, openTransaction } from './open-incoming.ts';
import { terminateIncoming } from './receive-cancel.ts';
import { refuse } from './refuse.ts';
import { keepSubscription } from './subscription-expiry.ts';
import type { UserAgent } from './user-agent.ts';

/** Takes a request with a To tag, RFC 3261 12.2.2. */
export function receiveInDialog(ua: UserAgent, received: Received<SipRequest>): void {
  const { message: request, envelope, flow } = received;
  const refuseWith = (status: number, why: string, headers: SipHeader[] = []) =>
    refuse(ua, request, envelope, flow, status, why, headers);
  const entry =
    ua.dialogs.byTags(envelope.callId, envelope.toTag ?? '', envelope.fromTag ?? '') ??
    (request.method === 'NOTIFY' ? dialogOfNotify(ua, received) : undefined);
  if (entry === undefined) return refuseWith(481, 'unknown dialog');
  // 12.2.2: out of order.
  if (!acceptsSequence(entry.dialog, envelope.cseq.number)) return refuseWith(500, 'CSeq too low');
  if (entry.ending && request.method === 'BYE') {
    // Both ended it at once: nothing is left to tell.
    entry.dialog = { ...entry.dialog, remoteSequence: envelope.cseq.number };
    openTransaction(ua, received)?.respond(buildResponse(request, 200));
    const held = entry.heldBye;
    entry.heldBye = null;
    held?.();
    return;
  }
  // A client that is gone does not get its dialogs back: the peer learns it by 481 and ends the call.
  if (entry.owner === null || !entry.owner.open) return refuseWith(481, 'its client is gone');
  if (entry.ending && request.method !== 'NOTIFY') return refuseWith(481, 'dialog is ending');
  if (request.method === 'INVITE') {
    // 14.2: one INVITE at a time in each direction. An offer whose answer may be in an ACK still to come is as pending.
    if (entry.serverInvite !== null) {
      const after = String(Math.floor(Math.random() * 11));
      return refuseWith(500, 'INVITE pending', [{ name: 'Retry-After', value: after }]);
    }
    if (entry.clientInvite !== null || entry.unacknowledged !== null) {
      return refuseWith(491, 'INVITE crossing');
    }
  }
  entry.dialog = { ...entry.dialog, remoteSequence: envelope.cseq.number };
  if (request.method === 'BYE') return receiveBye(ua, received, entry);
  const incoming = openIncoming(ua, received, entry.owner);
  if (incoming === null) return;
  incoming.dialog = entry;
  if (request.method === 'INVITE') entry.serverInvite = incoming.transaction;
  deliverInDialog(entry, networkEvent(received, incoming.transaction.id, entry.dialog.id));
  if (request.method === 'NOTIFY' && isTerminating(request)) {
    endUsage(ua, entry, subscriptionUsage(request, 'NOTIFY'));
  } else if (request.method === 'NOTIFY') {
    keepSubscription(ua, entry, request, 'NOTIFY', request);
  }
}

/** BYE, RFC 3261 15.1.2: the session ends at once; the client's answer is sent by the transaction alone. */
function receiveBye(ua: UserAgent, received: Received<SipRequest>, entry: DialogEntry): void {
  const { message: request, envelope, flow } = received;
  const pending = entry.serverInvite === null ? undefined : ua.incoming.get(entry.serverInvite.id);
  if (entry.dialog.state === 'early') {
    if (pending === undefined)
      return refuse(ua, request, envelope, flow, 481, 'BYE from the callee of an early dialog');
    // The caller ends a call that still rings: to the client it is the same as a CANCEL, and it knows no dialog yet.
    openTransaction(ua, received)?.respond(buildResponse(request, 200));
    const invite = pending.transaction;
    terminateIncoming(ua, pending);
    const asCancel = {
      ...request,
      method: 'CANCEL',
      headers: request.headers.map((header) =>
        header.name.toLowerCase() === 'cseq'
          ? { name: header.name, value: `${invite.envelope.cseq.number} CANCEL` }
          : header,
      ),
    };
    pending.owner.event(networkEvent({ ...received, message: asCancel }, invite.id, entry.dialog.id));
    return;
  }
  // 15.1.2: requests that are still pending get 487.
  if (pending !== undefined) terminateIncoming(ua, pending);
  entry.unacknowledged?.stop();
  entry.unacknowledged = null;
  const owner = entry.owner;
  if (owner === null) return;
  const incoming = openIncoming(ua, received, owner);
  if (incoming === null) return;
  incoming.dialog = entry;
  deliverInDialog(entry, networkEvent(received, incoming.transaction.id, entry.dialog.id));
  entry.ending = true;
  endUsage(ua, entry, INVITE_USAGE);
  // A transfer's NOTIFYs may follow the BYE (RFC 5057 4.1), but not for ever.
  if (entry.dialog.usages.length > 0) lingerDialog(ua, entry);
}

/**
 * The dialog of a NOTIFY that overtook the answer to our SUBSCRIBE or REFER (RFC 6665 4.1.2.4). Its events wait until
 * the client has had that answer, without which it would not know them.
 */
function dialogOfNotify(ua: UserAgent, received: Received<SipRequest>): DialogEntry | undefined {
  const { envelope, message } = received;
  const forming = ua.forming.get(formingKey(envelope.callId, envelope.toTag ?? ''));
  if (forming === undefined || forming.usage !== subscriptionUsage(message, 'NOTIFY')) return undefined;
  const dialog = dialogAsUac(forming.transaction.request, message, forming.cseq, forming.usage, true);
  if (dialog === null) return undefined;
  const entry = newDialogEntry(dialog, forming.owner);
  entry.heldEvents = [];
  ua.dialogs.add(entry);
  return entry;
}
