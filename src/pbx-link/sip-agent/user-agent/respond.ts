import { contactUri, dialogAsUas } from '../dialog/dialog.ts';
import { usageOf } from '../dialog/subscription.ts';
import { tagOf } from '../message/header-grammar.ts';
import type { SipHeader } from '../message/sip-message.ts';
import type { Destination, Outgoing } from '../transport/transport-layer.ts';
import type { PartialResponse } from '../wire/client-message.ts';
import { buildResponse } from './build-response.ts';
import type { Client } from './client.ts';
import { contactValue, defaultContact, given, lacksContentType, otherHeaders } from './complete-request.ts';
import { newDialogEntry } from './dialog-entry.ts';
import { dropDialog } from './end-dialog.ts';
import type { IncomingRequest } from './incoming-request.ts';
import { RefusedError, UNKNOWN_TRANSACTION } from './refused-error.ts';
import { keepSubscription } from './subscription-expiry.ts';
import { repeatUntilAcknowledged } from './until-acknowledged.ts';
import type { UserAgent } from './user-agent.ts';

/** Requests whose answers carry a Contact: they form a dialog or refresh its target. */
const WITH_CONTACT = new Set(['INVITE', 'SUBSCRIBE', 'REFER', 'UPDATE']);

export type SentResponse = {
  readonly sent: Outgoing;
  readonly to: Destination;
  readonly dialogId: string;
};

/**
 * Sends a client's response. Throws RefusedError for a transaction that is unknown, another client's, or answered
 * already. A promise only while the own address towards the peer is still being looked up.
 */
export function respond(
  ua: UserAgent,
  client: Client,
  transactionId: string,
  response: PartialResponse,
): SentResponse | Promise<SentResponse> {
  const incoming = incomingOf(ua, client, transactionId);
  if (lacksContentType(response)) throw new RefusedError('missing content-type');
  if (response.status < 200 && /\b100rel\b/i.test(given(response, 'require') ?? '')) {
    throw new RefusedError('Remote endpoint does not support 100rel');
  }
  if (incoming.local instanceof Promise) {
    return incoming.local.then((local) => send(ua, incomingOf(ua, client, transactionId), response, local));
  }
  return send(ua, incoming, response, incoming.local);
}

function incomingOf(ua: UserAgent, client: Client, transactionId: string): IncomingRequest {
  const incoming = ua.incoming.get(transactionId);
  if (incoming === undefined || incoming.owner !== client) throw new RefusedError(UNKNOWN_TRANSACTION);
  return incoming;
}

function send(
  ua: UserAgent,
  incoming: IncomingRequest,
  response: PartialResponse,
  local: Destination,
): SentResponse {
  const { transaction } = incoming;
  const { request, envelope } = transaction;
  const { status } = response;
  const imposed = tagOf(given(response, 'to') ?? '');
  if (imposed !== null && incoming.dialog === null && !incoming.inDialog) incoming.localTag = imposed;
  const formsDialog =
    request.method === 'INVITE' || request.method === 'SUBSCRIBE' || request.method === 'REFER';

  if (!incoming.inDialog && formsDialog && status > 100 && status < 300) {
    if (request.method === 'INVITE' || status >= 200) formDialog(ua, incoming, status);
  }
  const message = buildResponse(request, status, {
    tag: incoming.localTag,
    reason: response.reason,
    headers: responseHeaders(ua, response, request.method, local),
    body: response.body,
  });
  const sent = transaction.respond(message);
  const { dialog } = incoming;
  if (status >= 200) {
    ua.incoming.delete(transaction.id);
    if (dialog?.serverInvite === transaction) dialog.serverInvite = null;
    if (dialog !== null && status < 300) {
      const target = contactUri(request);
      const refreshes = WITH_CONTACT.has(request.method) && request.method !== 'REFER';
      // 12.2.2: a target refresh holds once it is accepted.
      if (refreshes && target !== null) dialog.dialog = { ...dialog.dialog, remoteTarget: target };
      if (request.method === 'INVITE') repeatUntilAcknowledged(ua, dialog, transaction, envelope.cseq.number);
      else if (formsDialog) keepSubscription(ua, dialog, request, request.method, message);
    } else if (dialog !== null && !incoming.inDialog) dropDialog(ua, dialog);
  }
  return { sent, to: local, dialogId: request.method === 'BYE' ? '' : (dialog?.dialog.id ?? '') };
}

/** The dialog of a request that is being accepted, RFC 3261 12.1.1: early by a provisional, confirmed by a 2xx. */
function formDialog(ua: UserAgent, incoming: IncomingRequest, status: number): void {
  const { request, envelope } = incoming.transaction;
  const confirmed = status >= 200;
  if (incoming.dialog !== null) {
    if (confirmed) incoming.dialog.dialog = { ...incoming.dialog.dialog, state: 'confirmed' };
    return;
  }
  const usage = usageOf(request, request.method);
  const dialog = dialogAsUas(request, envelope.cseq, incoming.localTag, usage, confirmed);
  if (dialog === null) return;
  // A call that came back to us through the exchange has the id of its own other end: the client must tell them apart.
  const id = ua.dialogs.byId(dialog.id) === undefined ? dialog.id : `${dialog.id};role=uas`;
  incoming.dialog = newDialogEntry({ ...dialog, id }, incoming.owner);
  if (!confirmed) incoming.dialog.serverInvite = incoming.transaction;
  ua.dialogs.add(incoming.dialog);
}

function responseHeaders(
  ua: UserAgent,
  response: PartialResponse,
  method: string,
  local: Destination,
): SipHeader[] {
  const contact = given(response, 'contact');
  const { status } = response;
  const headers: SipHeader[] = [];
  if (contact !== undefined) headers.push({ name: 'Contact', value: contactValue(contact, local) });
  // 12.1.1: also the 101–199 that form an early dialog.
  else if (
    WITH_CONTACT.has(method) &&
    status > 100 &&
    status < 300 &&
    (status >= 200 || method === 'INVITE')
  ) {
    headers.push({ name: 'Contact', value: defaultContact(local) });
  }
  headers.push(...otherHeaders(response, local, ua.product));
  return headers;
}
