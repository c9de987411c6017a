import type { SipRequest } from '../message/sip-message.ts';
import type { Received } from '../transaction/client-transactions.ts';
import { dropDialog } from './end-dialog.ts';
import { deliverInDialog, networkEvent } from './events.ts';
import type { UserAgent } from './user-agent.ts';

/**
 * Takes the ACK to a 2xx, which is a request of its own in the dialog (RFC 3261 13.3.1.4): ends the repeating of the
 * 2xx and is handed to the client once. A copy of it, for a 2xx that crossed it, is nobody's concern.
 */
export function receiveAcknowledgement(ua: UserAgent, received: Received<SipRequest>): void {
  const { envelope, flow } = received;
  const { callId, toTag, fromTag, cseq } = envelope;
  const entry = toTag === null ? undefined : ua.dialogs.byTags(callId, toTag, fromTag ?? '');
  const waiting = entry?.unacknowledged;
  if (entry === undefined) return ua.tally.dropped('ACK without dialog', `${flow.address}:${flow.port}`);
  if (!waiting || waiting.cseq !== cseq.number) return;
  waiting.stop();
  entry.unacknowledged = null;
  deliverInDialog(entry, networkEvent(received, waiting.transaction.id, entry.dialog.id));
  // The 2xx has arrived, and the client that gave it is gone: from now on the dialog is unknown here.
  if (entry.owner?.open === false) return dropDialog(ua, entry);
  const bye = entry.heldBye;
  entry.heldBye = null;
  bye?.();
}
