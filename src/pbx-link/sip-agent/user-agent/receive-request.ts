import { parseOptionTags } from '../message/header-grammar.ts';
import { headersOf, type SipRequest } from '../message/sip-message.ts';
import { validateRequest } from '../message/validate-message.ts';
import type { Received } from '../transaction/client-transactions.ts';
import type { Client } from './client.ts';
import { networkEvent } from './events.ts';
import { statelessTag } from './identifiers.ts';
import { openIncoming, whenLocal } from './open-incoming.ts';
import { receiveAcknowledgement } from './receive-acknowledgement.ts';
import { receiveCancel } from './receive-cancel.ts';
import { receiveInDialog } from './receive-in-dialog.ts';
import { refuse } from './refuse.ts';
import type { UserAgent } from './user-agent.ts';

/** Methods that are known at all; others get 501 (RFC 3261 21.5.2). */
const METHODS = [
  'INVITE',
  'ACK',
  'CANCEL',
  'BYE',
  'OPTIONS',
  'REGISTER',
  'INFO',
  'PRACK',
  'UPDATE',
  'SUBSCRIBE',
  'NOTIFY',
  'REFER',
  'MESSAGE',
  'PUBLISH',
];
const KNOWN_METHODS = new Set(METHODS);

/** Methods that make sense inside a dialog alone. */
const IN_DIALOG_ONLY = new Set(['BYE', 'UPDATE', 'PRACK']);

/**
 * Extensions that a peer may require: those that the console fulfils above the agent. 100rel and timer are not among
 * them, so a peer that insists on one gets 420 (RFC 3261 8.2.2.3) and not a call that hangs.
 */
const SUPPORTED_OPTIONS = new Set(['replaces', 'norefersub', 'tdialog', 'histinfo', 'from-change']);

/**
 * Takes a request from the network, RFC 3261 8.2. Its Via carries `received` and `rport` already. Max-Forwards of 0 is
 * no reason to refuse: it binds whoever would forward (16.3), and the agent is where the request was going.
 */
export function receiveRequest(ua: UserAgent, received: Received<SipRequest>): void {
  const { message: request, envelope, flow } = received;
  if (ua.serverTransactions.absorb(request, envelope)) return;
  if (request.method === 'ACK') {
    // The ACK to an answer that we gave without a transaction ends there.
    if (envelope.toTag === statelessTag(envelope.callId, envelope.fromTag)) return;
    return receiveAcknowledgement(ua, received);
  }
  const refuseWith = (status: number, why: string, headers: { name: string; value: string }[] = []) =>
    refuse(ua, request, envelope, flow, status, why, headers);

  if (!KNOWN_METHODS.has(request.method)) return refuseWith(501, 'unknown method');
  const fault = validateRequest(request);
  if (fault !== null) return refuseWith(fault.status, fault.reason);
  if (request.method === 'CANCEL') return receiveCancel(ua, received);
  const unsupported = headersOf(request, 'require')
    .flatMap(parseOptionTags)
    .filter((tag) => !SUPPORTED_OPTIONS.has(tag.toLowerCase()));
  if (unsupported.length > 0) {
    return refuseWith(420, unsupported.join(', '), [{ name: 'Unsupported', value: unsupported.join(', ') }]);
  }
  if (envelope.toTag !== null) return receiveInDialog(ua, received);
  if (IN_DIALOG_ONLY.has(request.method)) return refuseWith(481, 'no dialog');
  // 8.2.2.2: the same request by another path.
  if (ua.serverTransactions.merged(request, envelope)) return refuseWith(482, 'merged');
  const client = clientFor(ua, request.method);
  if (client !== null) return present(ua, received, client);
  if (ua.clients.size === 0) return refuseWith(503, 'nobody to serve it');
  if (request.method === 'NOTIFY') return refuseWith(481, 'no subscription');
  return refuseWith(405, 'method not served', [{ name: 'Allow', value: allowed(ua) }]);
}

/** The next of the clients that serve a method, in turn. */
function clientFor(ua: UserAgent, method: string): Client | null {
  const verb = method.toLowerCase();
  const serving = [...ua.clients].filter((client) => client.routes.has(verb));
  const last = ua.lastServed.get(verb);
  const next = serving[(last === undefined ? 0 : serving.indexOf(last) + 1) % serving.length] ?? null;
  if (next !== null) ua.lastServed.set(verb, next);
  return next;
}

function allowed(ua: UserAgent): string {
  const served = METHODS.filter((method) =>
    [...ua.clients].some((client) => client.routes.has(method.toLowerCase())),
  );
  return [...new Set([...served, 'ACK', 'CANCEL', 'BYE'])].join(', ');
}

/** Opens the transaction of a request outside a dialog and hands it to its client. */
function present(ua: UserAgent, received: Received<SipRequest>, client: Client): void {
  const incoming = openIncoming(ua, received, client);
  if (incoming === null) return;
  const event = networkEvent(received, incoming.transaction.id, '');
  const on = (received.flow.transport === 'udp' ? ua.transport().udpPort : ua.transport().tcpPort) ?? 0;
  whenLocal(incoming, ({ local }) =>
    client.event({ ...event, receivedOn: { address: local.address, port: on } }),
  );
}
