import { contactUri, type Dialog, dialogAsUac, dialogId } from '../dialog/dialog.ts';
import { tagOf } from '../message/header-grammar.ts';
import { headerOf, type SipHeader, type SipResponse } from '../message/sip-message.ts';
import type {
  ClientTransactionUser,
  Received,
  TransactionFailure,
} from '../transaction/client-transactions.ts';
import { acknowledge, acknowledgeAgain } from './acknowledge.ts';
import { type DialogEntry, newDialogEntry } from './dialog-entry.ts';
import { endByAgent } from './end-by-agent.ts';
import { dropDialog } from './end-dialog.ts';
import { madeUpEvent, networkEvent, releaseEvents } from './events.ts';
import type { Forming } from './forming.ts';
import type { Invitation } from './invitation.ts';
import { keepSubscription } from './subscription-expiry.ts';
import type { UserAgent } from './user-agent.ts';

/** What stands for an answer that never came (RFC 3261 8.1.3.1): a timeout is a 408, a dead transport a 503. */
export const FAILURE_STATUS: Readonly<Record<TransactionFailure, number>> = {
  timeout: 408,
  unreachable: 503,
  cancelled: 487,
};

/**
 * drachtio-srf makes its dialog of the answer to SUBSCRIBE, but the program attaches its listeners a moment later; a
 * NOTIFY in the same read would be answered by nobody. So the first ones wait this long.
 */
const FIRST_NOTIFY_DELAY_MS = 20;

/** The user of a transaction that may form a dialog. */
export function responseToForming(
  ua: UserAgent,
  forming: () => Forming,
  invitation: () => Invitation,
): ClientTransactionUser {
  const idOf = (of: Forming) => {
    const { request } = of.transaction;
    return dialogId(headerOf(request, 'call-id') ?? '', tagOf(headerOf(request, 'from') ?? '') ?? '');
  };
  return {
    trying: () => invitation().release?.(),
    response(received) {
      if (forming().usage === 'invite')
        inviteResponse(ua, forming(), invitation(), received, idOf(forming()));
      else subscribeResponse(ua, forming(), received);
    },
    failed(failure) {
      const { transaction, owner, usage } = forming();
      const isInvite = usage === 'invite';
      const id = isInvite ? idOf(forming()) : '';
      ua.invitations.delete(transaction.id);
      if (isInvite) dropEarly(ua, id);
      owner.event(
        madeUpEvent(
          transaction.request,
          transaction.destination,
          FAILURE_STATUS[failure],
          transaction.id,
          id,
        ),
      );
    },
  };
}

function inviteResponse(
  ua: UserAgent,
  forming: Forming,
  invitation: Invitation,
  received: Received<SipResponse>,
  id: string,
): void {
  const { message: response, envelope } = received;
  const { transaction, owner } = forming;
  const event = () => networkEvent(received, transaction.id, id);
  if (response.status < 200) {
    earlyDialog(ua, forming, received);
    owner.event(event());
    invitation.release?.();
    return;
  }
  ua.invitations.delete(transaction.id);
  if (response.status >= 300) {
    dropEarly(ua, id);
    owner.event(event());
    return;
  }
  const localTag = tagOf(headerOf(transaction.request, 'from') ?? '') ?? '';
  const known = ua.dialogs.byTags(envelope.callId, localTag, envelope.toTag ?? '');
  // 13.2.2.4: the 2xx again wants the ACK again.
  if (known?.accepted?.cseq === forming.cseq.number) return acknowledgeAgain(ua, known);
  const first = !ua.dialogs.siblings(id).some((entry) => entry.accepted !== null);
  const dialog = dialogAsUac(transaction.request, response, forming.cseq, forming.usage, true);
  if (dialog === null) {
    ua.tally.dropped('2xx without a To tag', envelope.callId);
    owner.event(event());
    return;
  }
  const credentials = credentialsOf(transaction.request.headers);
  const accepted = { cseq: forming.cseq.number, credentials, acknowledgement: null };
  if (!first || !owner.open) {
    // The branch of a fork that answered too late, or a call whose client is gone: taken and ended at once (13.2.2.4).
    if (known !== undefined) dropDialog(ua, known);
    const late = newDialogEntry(dialog, null);
    late.accepted = accepted;
    ua.dialogs.add(late);
    acknowledgeByAgent(ua, late);
    endByAgent(ua, late, first ? 'client gone' : 'answered elsewhere');
    return;
  }
  const entry = known ?? newDialogEntry(dialog, owner);
  entry.dialog = confirmed(dialog, known?.dialog);
  entry.accepted = accepted;
  entry.clientInvite = null;
  if (known === undefined) ua.dialogs.add(entry);
  dropEarly(ua, id);
  owner.event(event());
}

/** 13.2.2.4: the route set is computed anew from the 2xx; the counts of the early dialog go on. */
function confirmed(dialog: Dialog, early: Dialog | undefined): Dialog {
  if (early === undefined) return dialog;
  return {
    ...dialog,
    localSequence: Math.max(dialog.localSequence, early.localSequence),
    remoteSequence: early.remoteSequence,
    usages: early.usages,
  };
}

/** 12.1: a provisional with a To tag makes an early dialog, one for each branch of a fork. */
function earlyDialog(ua: UserAgent, forming: Forming, received: Received<SipResponse>): void {
  const { message: response } = received;
  const dialog = dialogAsUac(forming.transaction.request, response, forming.cseq, forming.usage, false);
  if (dialog === null) return;
  const known = ua.dialogs.byTags(dialog.callId, dialog.localTag, dialog.remoteTag);
  if (known === undefined) {
    const entry = newDialogEntry(dialog, forming.owner);
    entry.clientInvite = forming.transaction;
    ua.dialogs.add(entry);
    return;
  }
  const target = contactUri(response);
  if (target !== null) known.dialog = { ...known.dialog, remoteTarget: target };
}

/** Ends what is left of the branches when the INVITE has its final response. */
function dropEarly(ua: UserAgent, id: string): void {
  for (const entry of ua.dialogs.siblings(id)) {
    if (entry.dialog.state === 'early' && entry.dialog.role === 'uac') dropDialog(ua, entry);
  }
}

function subscribeResponse(ua: UserAgent, forming: Forming, received: Received<SipResponse>): void {
  const { message: response } = received;
  const { transaction, owner } = forming;
  if (response.status < 200 || response.status >= 300) {
    return owner.event(networkEvent(received, transaction.id, ''));
  }
  const dialog = dialogAsUac(transaction.request, response, forming.cseq, forming.usage, true);
  if (dialog === null) return owner.event(networkEvent(received, transaction.id, ''));
  const early = ua.dialogs.byTags(dialog.callId, dialog.localTag, dialog.remoteTag);
  const entry = early ?? newDialogEntry(dialog, owner);
  if (early === undefined) ua.dialogs.add(entry);
  keepSubscription(ua, entry, transaction.request, transaction.request.method, response);
  entry.heldEvents ??= [];
  owner.event(networkEvent(received, transaction.id, dialog.id));
  ua.clock.setTimer(FIRST_NOTIFY_DELAY_MS, () => releaseEvents(entry));
}

/** The ACK that the client would give, when there is none or it will not. */
export function acknowledgeByAgent(ua: UserAgent, entry: DialogEntry): void {
  try {
    const sent = acknowledge(ua, entry, { headers: [], body: Buffer.alloc(0) });
    if (sent instanceof Promise) {
      sent.catch((error: unknown) => ua.tally.dropped('ACK that cannot be sent', String(error)));
    }
  } catch (error) {
    ua.tally.dropped('ACK that cannot be sent', String(error));
  }
}

/** The INVITE's credentials, which its ACK repeats (RFC 3261 13.2.2.4). */
export function credentialsOf(headers: readonly SipHeader[]): SipHeader[] {
  return headers.filter(({ name }) => /^(?:proxy-)?authorization$/i.test(name));
}
