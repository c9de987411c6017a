import { tagOf } from '../message/header-grammar.ts';
import { outgoing } from '../transaction/outgoing.ts';
import { UnroutableError } from '../transport/next-hop.ts';
import type { Destination } from '../transport/transport-layer.ts';
import type { ClientMessage, PartialRequest } from '../wire/client-message.ts';
import { replyFrame, requestSentReply, responseSentReply, type WirePeer } from '../wire/server-message.ts';
import { acknowledge } from './acknowledge.ts';
import type { Built } from './build-in-dialog.ts';
import type { Client } from './client.ts';
import { given, lacksContentType } from './complete-request.ts';
import type { DialogEntry } from './dialog-entry.ts';
import { cancelInvitation } from './invitation.ts';
import { RefusedError, UNKNOWN_DIALOG } from './refused-error.ts';
import { respond, type SentResponse } from './respond.ts';
import { prepareInDialog } from './send-in-dialog.ts';
import { type Prepared, prepareOutOfDialog } from './send-request.ts';
import type { UserAgent } from './user-agent.ts';

/** Gives a client one frame. */
export type SendFrame = (frame: Buffer) => void;

/**
 * Carries out a client's `sip` message and answers it. The answer leaves before anything that may follow from the
 * message. A promise while a name or an address is looked up; it never rejects.
 */
export function serveSip(
  ua: UserAgent,
  client: Client,
  message: ClientMessage,
  reply: SendFrame,
): void | Promise<void> {
  const refused = (error: unknown) => reply(replyFrame(message.id, ['NOK', refusalOf(ua, error)]));
  try {
    const working = carryOut(ua, client, message, reply);
    return working instanceof Promise ? working.catch(refused) : undefined;
  } catch (error) {
    refused(error);
  }
}

function carryOut(
  ua: UserAgent,
  client: Client,
  message: ClientMessage,
  reply: SendFrame,
): void | Promise<void> {
  const { sip, fields } = message;
  const [transactionId = '', dialogId = '', routeUrl = ''] = fields;
  if (sip === null) throw new RefusedError('missing SIP message');
  if (sip.kind === 'response') {
    return after(respond(ua, client, transactionId, sip), (sent) =>
      reply(responseReply(message.id, transactionId, sent)),
    );
  }
  if (lacksContentType(sip)) throw new RefusedError('missing content-type');
  if (sip.method === 'CANCEL' && dialogId === '') return cancel(ua, message.id, transactionId, sip, reply);
  const entry = dialogOf(ua, client, dialogId, sip);
  if (entry === null) {
    if (sip.method === 'ACK' || sip.method === 'CANCEL') throw new RefusedError(UNKNOWN_DIALOG);
    return after(prepareOutOfDialog(ua, client, sip, routeUrl), (prepared) =>
      launch(message.id, prepared, reply),
    );
  }
  if (sip.method === 'ACK') {
    return after(acknowledge(ua, entry, sip), (built) => reply(acknowledgedReply(message.id, built)));
  }
  return after(prepareInDialog(ua, entry, sip), (prepared) => launch(message.id, prepared, reply));
}

function after<Value>(value: Value | Promise<Value>, use: (value: Value) => void): void | Promise<void> {
  return value instanceof Promise ? value.then(use) : use(value);
}

/** The dialog that a request belongs to: by its id, or by a Call-ID (and From tag) that it dictates. */
function dialogOf(ua: UserAgent, client: Client, id: string, sip: PartialRequest): DialogEntry | null {
  if (id !== '') {
    const entry = ua.dialogs.byId(id);
    if (entry === undefined || entry.owner !== client) throw new RefusedError(UNKNOWN_DIALOG);
    return entry;
  }
  const callId = given(sip, 'call-id');
  if (callId === undefined) return null;
  const tag = tagOf(given(sip, 'from') ?? '');
  const entries = ua.dialogs.byCallId(callId);
  return (
    entries.find(({ owner, dialog }) => owner === client && (tag === null || tag === dialog.localTag)) ?? null
  );
}

function launch(clientId: string, { transaction }: Prepared, reply: SendFrame): void {
  reply(requestSentReply(clientId, localOf(transaction.destination), transaction.id, transaction.sent.bytes));
  transaction.start();
}

function cancel(
  ua: UserAgent,
  clientId: string,
  transactionId: string,
  sip: PartialRequest,
  reply: SendFrame,
): void {
  const invitation = ua.invitations.get(transactionId);
  if (invitation === undefined || invitation.cancel !== 'none') {
    throw new RefusedError(`unable to cancel unknown transaction id: ${transactionId}`);
  }
  const headers = sip.headers.filter(({ name }) => /^(?:reason|x-.*)$/i.test(name));
  const transaction = cancelInvitation(ua, invitation, headers);
  reply(requestSentReply(clientId, localOf(transaction.destination), transaction.id, transaction.sent.bytes));
}

function responseReply(
  clientId: string,
  transactionId: string,
  { sent, to, dialogId }: SentResponse,
): Buffer {
  const { transport, address, port } = to;
  return responseSentReply(clientId, { transport, address, port }, transactionId, dialogId, sent.bytes);
}

function acknowledgedReply(clientId: string, { request, destination }: Built): Buffer {
  return requestSentReply(clientId, localOf(destination), '', outgoing(request).bytes);
}

function localOf({ transport, local }: Destination): WirePeer {
  return { transport, address: local.address, port: local.port };
}

/** What the client reads. A name that does not resolve is like a transport that is not there. */
function refusalOf(ua: UserAgent, error: unknown): string {
  if (error instanceof RefusedError || error instanceof UnroutableError) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  ua.tally.note('error', 'client message failed', text);
  return `Server error: ${text.replaceAll('|', ' ').replace(/[\r\n]+/g, ' ')}`;
}
