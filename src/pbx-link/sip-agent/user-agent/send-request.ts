import { withTag } from '../dialog/dialog.ts';
import { usageOf } from '../dialog/subscription.ts';
import { parseCSeq, tagOf } from '../message/header-grammar.ts';
import { headerOf, type SipRequest } from '../message/sip-message.ts';
import type { ClientTransaction } from '../transaction/client-transactions.ts';
import { UnroutableError } from '../transport/next-hop.ts';
import type { Destination } from '../transport/transport-layer.ts';
import type { PartialRequest } from '../wire/client-message.ts';
import type { Client } from './client.ts';
import { completeRequest, given, withLocalHost } from './complete-request.ts';
import { madeUpEvent, networkEvent } from './events.ts';
import { formingKey } from './forming.ts';
import { newBranch, newCallId, newSequence, newTag } from './identifiers.ts';
import type { Invitation } from './invitation.ts';
import { FAILURE_STATUS, responseToForming } from './receive-response.ts';
import { RefusedError } from './refused-error.ts';
import type { UserAgent } from './user-agent.ts';

/** Methods whose acceptance forms a dialog. */
const DIALOG_FORMING = new Set(['INVITE', 'SUBSCRIBE', 'REFER']);

/** A request that is ready: call `transaction.start` once the client has been told of it. */
export type Prepared = { readonly transaction: ClientTransaction };

/**
 * Prepares a request outside any dialog, RFC 3261 8.1. From with tag, Call-ID and CSeq are the client's if it gives
 * them (a digest retry does), else new. `routeUrl` is the next hop if it is given, else the Request-URI is.
 */
export function prepareOutOfDialog(
  ua: UserAgent,
  client: Client,
  partial: PartialRequest,
  routeUrl: string,
): Prepared | Promise<Prepared> {
  const destination = ua.transport().resolve(routeUrl || partial.uri, partial.body.length + 600);
  if (!(destination instanceof Promise)) return prepare(ua, client, partial, destination);
  return destination.then(
    (found) => prepare(ua, client, partial, found),
    (error: unknown) => {
      if (error instanceof UnroutableError) throw error;
      return prepareUnresolved(ua, client, partial, String(error));
    },
  );
}

/** A request whose host has no address: it is answered 503 as if it had been sent (RFC 3263 4.3, RFC 3261 8.1.3.1). */
function prepareUnresolved(ua: UserAgent, client: Client, partial: PartialRequest, why: string): Prepared {
  const port = ua.transport().udpPort ?? ua.transport().tcpPort ?? 5060;
  const local = { address: '127.0.0.1', port };
  const nowhere: Destination = { transport: 'udp', address: '0.0.0.0', port: 0, local };
  const { transaction } = prepare(ua, client, partial, nowhere);
  return {
    transaction: {
      ...transaction,
      start() {
        ua.tally.note('warn', 'name not resolved', why);
        transaction.fail();
      },
    },
  };
}

function prepare(ua: UserAgent, client: Client, partial: PartialRequest, destination: Destination): Prepared {
  const { local } = destination;
  if (destination.address === local.address && destination.port === local.port) {
    throw new RefusedError('can not send request to myself');
  }
  const written = given(partial, 'from') ?? `<sip:${local.address}:${local.port}>`;
  const from = withTag(withLocalHost(written, destination), newTag());
  const cseq = parseCSeq(given(partial, 'cseq') ?? '');
  const callId = given(partial, 'call-id') ?? newCallId();
  const sequence = cseq?.number ?? newSequence();
  const request = completeRequest(
    partial,
    {
      method: partial.method,
      requestUri: partial.uri,
      routes: [],
      from,
      to: given(partial, 'to') ?? `<${partial.uri}>`,
      callId,
      sequence,
      branch: newBranch(),
      product: ua.product,
    },
    destination,
  );
  const { method } = partial;
  if (!DIALOG_FORMING.has(method)) return preparePlain(ua, client, request, destination);
  const localTag = tagOf(headerOf(request, 'from') ?? '') ?? '';
  const key = formingKey(callId, localTag);
  const transaction: ClientTransaction = ua.clientTransactions.create(request, destination, {
    ...responseToForming(ua, () => forming, invitationOf),
    terminated() {
      if (ua.forming.get(key) === forming) ua.forming.delete(key);
    },
  });
  const forming = {
    transaction,
    owner: client,
    cseq: { number: sequence, method },
    usage: usageOf(request, method),
  };
  const invitation: Invitation = { owner: client, transaction, cancel: 'none', release: null };
  function invitationOf(): Invitation {
    return invitation;
  }
  if (method === 'INVITE') ua.invitations.set(transaction.id, invitation);
  else ua.forming.set(key, forming);
  return { transaction };
}

/** A request that forms nothing: its responses go up and that is all. */
function preparePlain(
  ua: UserAgent,
  client: Client,
  request: SipRequest,
  destination: Destination,
): Prepared {
  const transaction: ClientTransaction = ua.clientTransactions.create(request, destination, {
    response: (received) => client.event(networkEvent(received, transaction.id, '')),
    failed: (failure) =>
      client.event(madeUpEvent(request, destination, FAILURE_STATUS[failure], transaction.id, '')),
  });
  return { transaction };
}
