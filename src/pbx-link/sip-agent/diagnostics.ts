import { channel } from 'node:diagnostics_channel';
import type { SipMessage } from './message/sip-message.ts';
import type { Outgoing } from './transport/transport-layer.ts';

/** What the channels carry, for measuring. `at` is `process.hrtime.bigint()`; `bytes` the size. */
export type SipDiagnostic = {
  readonly at: bigint;
  readonly method?: string;
  readonly status?: number;
  readonly callId: string;
  readonly bytes: number;
};

const received = channel('cordboard:sip:received');
const sent = channel('cordboard:sip:sent');

/** The time at which a message was handed over by its socket; 0 when nobody measures. */
export function receivedAt(): bigint {
  return received.hasSubscribers ? process.hrtime.bigint() : 0n;
}

export function publishReceived(message: SipMessage, callId: string, bytes: number, at: bigint): void {
  if (at === 0n) return;
  const what = message.kind === 'request' ? { method: message.method } : { status: message.status };
  received.publish({ at, ...what, callId, bytes } satisfies SipDiagnostic);
}

export function publishSent({ bytes, ...what }: Outgoing): void {
  if (!sent.hasSubscribers) return;
  sent.publish({ at: process.hrtime.bigint(), ...what, bytes: bytes.length } satisfies SipDiagnostic);
}
