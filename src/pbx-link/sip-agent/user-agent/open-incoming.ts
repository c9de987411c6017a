import type { SipRequest } from '../message/sip-message.ts';
import type { Received } from '../transaction/client-transactions.ts';
import { responseRoute } from '../transport/response-route.ts';
import { buildResponse } from './build-response.ts';
import type { Client } from './client.ts';
import { newTag } from './identifiers.ts';
import type { IncomingRequest } from './incoming-request.ts';
import type { UserAgent } from './user-agent.ts';

/** Opens a server transaction; an INVITE is answered 100 at once (RFC 3261 17.2.1). */
export function openIncoming(ua: UserAgent, received: Received<SipRequest>, owner: Client): IncomingRequest {
  const { message: request, envelope, flow } = received;
  const transaction = ua.serverTransactions.create(received, responseRoute(envelope.via, flow));
  if (request.method === 'INVITE') transaction.respond(buildResponse(request, 100));
  const incoming: IncomingRequest = {
    transaction,
    owner,
    localTag: envelope.toTag ?? newTag(),
    dialog: null,
    inDialog: envelope.toTag !== null,
    local: ua.transport().localTowards(flow),
  };
  if (incoming.local instanceof Promise) {
    void incoming.local.then((local) => {
      incoming.local = local;
    });
  }
  ua.incoming.set(transaction.id, incoming);
  transaction.user = {
    timeout: () => {
      if (request.method !== 'INVITE') ua.tally.dropped('request never answered', request.method);
    },
    terminated: () => ua.incoming.delete(transaction.id),
  };
  return incoming;
}
