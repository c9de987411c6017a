import { serializeSipMessage } from '../message/serialize-message.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { Received } from '../transaction/client-transactions.ts';
import type { Destination } from '../transport/transport-layer.ts';
import type { SipEvent } from '../wire/server-message.ts';
import { buildResponse } from './build-response.ts';
import type { DialogEntry } from './dialog-entry.ts';

/** Events of a dialog whose client does not know it yet; more are dropped, for the peer repeats what is unanswered. */
const MAX_HELD_EVENTS = 100;

/** A message from the network for the client. */
export function networkEvent(
  received: Received<SipRequest | SipResponse>,
  transactionId: string,
  dialogId: string,
): SipEvent {
  const { transport, address, port } = received.flow;
  return {
    source: 'network',
    bytes: received.size,
    peer: { transport, address, port },
    transactionId,
    dialogId,
    message: serializeSipMessage(received.message),
  };
}

/** The answer that never came, as if the peer had given it: 408, 503 or 487 without a size and a port. */
export function madeUpEvent(
  request: SipRequest,
  destination: Destination,
  status: number,
  transactionId: string,
  dialogId: string,
): SipEvent {
  return {
    source: 'network',
    bytes: 0,
    peer: { transport: destination.transport, address: '', port: 0 },
    transactionId,
    dialogId,
    message: serializeSipMessage(buildResponse(request, status)),
  };
}

/** Hands an event of a dialog to its client, or keeps it until the client can know the dialog. */
export function deliverInDialog(entry: DialogEntry, event: SipEvent): void {
  if (entry.heldEvents === null) entry.owner?.event(event);
  else if (entry.heldEvents.length < MAX_HELD_EVENTS) entry.heldEvents.push(event);
}

/** Hands over what was held, in order. */
export function releaseEvents(entry: DialogEntry): void {
  const held = entry.heldEvents ?? [];
  entry.heldEvents = null;
  for (const event of held) entry.owner?.event(event);
}
