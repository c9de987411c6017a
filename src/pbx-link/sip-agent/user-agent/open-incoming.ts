import type { Timer } from '../clock.ts';
import type { SipRequest } from '../message/sip-message.ts';
import type { Received } from '../transaction/client-transactions.ts';
import type { ServerTransaction } from '../transaction/server-transactions.ts';
import { TRANSACTION_TIMEOUT } from '../transaction/timers.ts';
import { responseRoute } from '../transport/response-route.ts';
import type { Destination } from '../transport/transport-layer.ts';
import { buildResponse } from './build-response.ts';
import type { Client } from './client.ts';
import { newTag } from './identifiers.ts';
import type { IncomingRequest } from './incoming-request.ts';
import { refuse } from './refuse.ts';
import type { UserAgent } from './user-agent.ts';

/** Opens a server transaction; when there are too many the request is told to come later, and null is given. */
export function openTransaction(ua: UserAgent, received: Received<SipRequest>): ServerTransaction | null {
  const { message: request, envelope, flow } = received;
  const transaction = ua.serverTransactions.create(received, responseRoute(envelope.via, flow));
  if (transaction === null) {
    const later = [{ name: 'Retry-After', value: '5' }];
    refuse(ua, request, envelope, flow, 503, 'too many transactions', later);
  }
  return transaction;
}

/**
 * Opens the transaction of a request that is for a client; an INVITE is answered 100 at once (RFC 3261 17.2.1). Null
 * when the request has been refused.
 */
export function openIncoming(
  ua: UserAgent,
  received: Received<SipRequest>,
  owner: Client,
): IncomingRequest | null {
  const { message: request, envelope, flow } = received;
  const transaction = openTransaction(ua, received);
  if (transaction === null) return null;
  const { method } = request;
  if (method === 'INVITE') transaction.respond(buildResponse(request, 100));
  const incoming: IncomingRequest = {
    transaction,
    owner,
    localTag: envelope.toTag ?? newTag(),
    dialog: null,
    inDialog: envelope.toTag !== null,
    local: ua.transport().localTowards(flow),
  };
  whenLocal(incoming, (local) => {
    incoming.local = local;
  });
  ua.incoming.set(transaction.id, incoming);
  const waiting = method === 'INVITE' ? expectAnswer(ua, incoming) : null;
  transaction.user = {
    timeout: () => {
      if (method !== 'INVITE') ua.tally.dropped('request never answered', method);
    },
    terminated() {
      waiting?.cancel();
      ua.incoming.delete(transaction.id);
    },
  };
  return incoming;
}

/**
 * An INVITE that the client leaves without any answer of its own for 64*T1 twice over is ended with 408: the program
 * above has failed, and the caller must not wait for it. A 180 is enough of an answer.
 */
function expectAnswer(ua: UserAgent, incoming: IncomingRequest): Timer {
  const { transaction, localTag } = incoming;
  return ua.clock.setTimer(2 * TRANSACTION_TIMEOUT, () => {
    if (transaction.status() !== 100 || ua.incoming.get(transaction.id) !== incoming) return;
    ua.tally.dropped('INVITE never answered', transaction.envelope.callId);
    ua.incoming.delete(transaction.id);
    if (incoming.dialog?.serverInvite === transaction) incoming.dialog.serverInvite = null;
    transaction.respond(buildResponse(transaction.request, 408, { tag: localTag }));
  });
}

/** Runs `use` when the own address towards the peer is known: events of one request must not overtake each other. */
export function whenLocal(incoming: IncomingRequest, use: (local: Destination) => void): void {
  if (incoming.local instanceof Promise) void incoming.local.then(use);
  else use(incoming.local);
}
