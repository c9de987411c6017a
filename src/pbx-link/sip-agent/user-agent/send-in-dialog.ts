import { contactUri, withUsage } from '../dialog/dialog.ts';
import { INVITE_USAGE, isTerminating, subscriptionUsage } from '../dialog/subscription.ts';
import { parseCSeq } from '../message/header-grammar.ts';
import { headerOf, type SipResponse } from '../message/sip-message.ts';
import type {
  ClientTransaction,
  ClientTransactionUser,
  Received,
} from '../transaction/client-transactions.ts';
import type { PartialRequest } from '../wire/client-message.ts';
import { acknowledgeAgain } from './acknowledge.ts';
import { type Built, buildInDialog } from './build-in-dialog.ts';
import { given } from './complete-request.ts';
import type { DialogEntry } from './dialog-entry.ts';
import { endUsage, lingerDialog } from './end-dialog.ts';
import { deliverInDialog, madeUpEvent, networkEvent } from './events.ts';
import { cancelInvitation } from './invitation.ts';
import { acknowledgeByAgent, credentialsOf, FAILURE_STATUS } from './receive-response.ts';
import { RefusedError } from './refused-error.ts';
import type { Prepared } from './send-request.ts';
import { keepSubscription } from './subscription-expiry.ts';
import type { UserAgent } from './user-agent.ts';

/** Requests whose acceptance renews the remote target (RFC 3261 12.2.1.2, RFC 6665 4.4.1). */
const TARGET_REFRESH = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE']);

/**
 * Prepares a request inside a dialog (not ACK), RFC 3261 12.2.1. Throws RefusedError for a re-INVITE while another
 * INVITE is pending (14.1).
 */
export function prepareInDialog(
  ua: UserAgent,
  entry: DialogEntry,
  partial: PartialRequest,
): Prepared | Promise<Prepared> {
  const { method } = partial;
  if (method === 'INVITE' && (entry.clientInvite !== null || entry.serverInvite !== null)) {
    throw new RefusedError('another INVITE is pending in this dialog');
  }
  // A digest retry names its own CSeq; it counts only forward (12.2.1.1).
  const dictated = parseCSeq(given(partial, 'cseq') ?? '')?.number ?? 0;
  const sequence = Math.max(dictated, entry.dialog.localSequence + 1);
  entry.dialog = { ...entry.dialog, localSequence: sequence };
  const requestUri = partial.uri.includes('placeholder') ? null : partial.uri;
  const built = buildInDialog(ua, entry, {
    method,
    sequence,
    headers: partial.headers,
    body: partial.body,
    requestUri,
  });
  const open = (ready: Built) => openTransaction(ua, entry, ready, sequence);
  return built instanceof Promise ? built.then(open) : open(built);
}

function openTransaction(
  ua: UserAgent,
  entry: DialogEntry,
  { request, destination }: Built,
  sequence: number,
): Prepared {
  const { method } = request;
  const user = method === 'INVITE' ? inviteUser : method === 'BYE' ? byeUser : plainUser;
  const transaction: ClientTransaction = ua.clientTransactions.create(
    request,
    destination,
    user(ua, entry, () => transaction, sequence),
  );
  if (method === 'INVITE') {
    entry.clientInvite = transaction;
    ua.invitations.set(transaction.id, { owner: entry.owner, transaction, cancel: 'none', release: null });
  } else if (method === 'BYE') {
    beginBye(ua, entry, transaction);
  } else if (method === 'REFER' || method === 'SUBSCRIBE') {
    // Its NOTIFY may overtake the answer (RFC 6665 4.1.2.4).
    entry.dialog = withUsage(entry.dialog, subscriptionUsage(request, method));
  }
  if (method !== 'BYE' || entry.heldBye === null) return { transaction };
  return { transaction: { ...transaction, start: () => {} } };
}

function beginBye(ua: UserAgent, entry: DialogEntry, transaction: ClientTransaction): void {
  if (entry.clientInvite !== null && entry.dialog.state === 'confirmed') {
    const invitation = ua.invitations.get(entry.clientInvite.id);
    if (invitation?.cancel === 'none') cancelInvitation(ua, invitation, []);
  }
  entry.ending = true;
  // 15: the callee waits for the ACK before its BYE.
  if (entry.unacknowledged !== null && entry.dialog.role === 'uas') {
    entry.heldBye = () => transaction.start();
  }
}

type MakeUser = (
  ua: UserAgent,
  entry: DialogEntry,
  transaction: () => ClientTransaction,
  sequence: number,
) => ClientTransactionUser;

function tell(entry: DialogEntry, transaction: ClientTransaction, received: Received<SipResponse>): void {
  deliverInDialog(entry, networkEvent(received, transaction.id, entry.dialog.id));
}

function tellFailure(
  entry: DialogEntry,
  transaction: ClientTransaction,
  failure: keyof typeof FAILURE_STATUS,
): void {
  const { request, destination } = transaction;
  const status = FAILURE_STATUS[failure];
  deliverInDialog(entry, madeUpEvent(request, destination, status, transaction.id, entry.dialog.id));
}

const plainUser: MakeUser = (ua, entry, transaction) => ({
  response(received) {
    const { request } = transaction();
    const { status } = received.message;
    refreshTarget(entry, request.method, received.message);
    tell(entry, transaction(), received);
    if (status < 200) return;
    if (status < 300 && request.method === 'SUBSCRIBE') {
      keepSubscription(ua, entry, request, 'SUBSCRIBE', received.message);
    }
    if (status < 300 && request.method === 'NOTIFY') keepSubscription(ua, entry, request, 'NOTIFY', request);
    const subscribing = request.method === 'REFER' || request.method === 'SUBSCRIBE';
    const usage = subscriptionUsage(request, request.method);
    const refused = status >= 300 && request.method === 'REFER' && status !== 401 && status !== 407;
    const unwanted =
      request.method === 'REFER' && /^\s*false/i.test(headerOf(received.message, 'refer-sub') ?? '');
    // RFC 6665 4.1.2.3, 4.2.2: 481 ends the subscription, as does our own last NOTIFY.
    const gone = status === 481 && (subscribing || request.method === 'NOTIFY');
    const ended = request.method === 'NOTIFY' && isTerminating(request);
    if (refused || unwanted || gone || ended) endUsage(ua, entry, usage);
  },
  failed(failure) {
    const { request } = transaction();
    tellFailure(entry, transaction(), failure);
    if (request.method === 'NOTIFY' || request.method === 'REFER') {
      endUsage(ua, entry, subscriptionUsage(request, request.method));
    }
  },
});

const byeUser: MakeUser = (ua, entry, transaction) => ({
  response(received) {
    const { status } = received.message;
    tell(entry, transaction(), received);
    if (status < 200) return;
    // A challenged BYE is sent again by the client with its credentials, in the same dialog.
    if (status === 401 || status === 407) {
      entry.ending = false;
      lingerDialog(ua, entry);
    } else endSession(ua, entry);
  },
  failed(failure) {
    tellFailure(entry, transaction(), failure);
    endSession(ua, entry);
  },
});

function endSession(ua: UserAgent, entry: DialogEntry): void {
  endUsage(ua, entry, INVITE_USAGE);
  if (entry.dialog.usages.length > 0) lingerDialog(ua, entry);
}

const inviteUser: MakeUser = (ua, entry, transaction, sequence) => {
  const settle = () => {
    if (entry.clientInvite === transaction()) entry.clientInvite = null;
    ua.invitations.delete(transaction().id);
  };
  const release = () => ua.invitations.get(transaction().id)?.release?.();
  return {
    trying: release,
    response(received) {
      const { status } = received.message;
      if (status < 200) {
        tell(entry, transaction(), received);
        release();
        return;
      }
      settle();
      if (status < 300) {
        if (entry.accepted?.cseq === sequence) return acknowledgeAgain(ua, entry);
        const credentials = credentialsOf(transaction().request.headers);
        entry.accepted = { cseq: sequence, credentials, acknowledgement: null };
        refreshTarget(entry, 'INVITE', received.message);
        if (entry.ending || entry.owner?.open !== true) acknowledgeByAgent(ua, entry);
      }
      tell(entry, transaction(), received);
    },
    failed(failure) {
      settle();
      tellFailure(entry, transaction(), failure);
    },
  };
};

function refreshTarget(entry: DialogEntry, method: string, response: SipResponse): void {
  if (response.status < 200 || response.status >= 300 || !TARGET_REFRESH.has(method)) return;
  const target = contactUri(response);
  if (target !== null) entry.dialog = { ...entry.dialog, remoteTarget: target };
}
