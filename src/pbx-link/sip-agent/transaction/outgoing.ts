import { serializeSipMessage } from '../message/serialize-message.ts';
import { headerOf, type SipMessage } from '../message/sip-message.ts';
import type { Outgoing } from '../transport/transport-layer.ts';

/** A message in the form in which it is sent and sent again: serialized once. */
export function outgoing(message: SipMessage): Outgoing {
  const bytes = serializeSipMessage(message);
  const callId = headerOf(message, 'call-id') ?? '';
  return message.kind === 'request'
    ? { bytes, method: message.method, callId }
    : { bytes, status: message.status, callId };
}
