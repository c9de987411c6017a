import type { Credentials } from './digest.ts';
import { authorize } from './digest.ts';
import type { Law } from './g711.ts';
import type { SipHeader, SipRequest, SipResponse } from './sip-message.ts';
import { cseqOf } from './sip-message.ts';
import type { Sent, Transactions } from './transactions.ts';

/** What a call needs of its phone. */
export type CallSetup = {
  readonly transactions: Transactions;
  readonly credentials: Credentials;
  readonly algorithm?: 'MD5' | 'SHA-256';
  readonly contact: string;
  readonly exchange: { readonly host: string; readonly port: number };
  readonly toneHz: number;
  readonly laws: readonly Law[];
};

/**
 * Sends a request, and once more with credentials when it is challenged. `next` makes the request anew with the
 * next CSeq. `onSent` gets each attempt, to cancel it. Returns the final response and the CSeq that it answers.
 */
export async function sendWithDigest(
  setup: Pick<CallSetup, 'transactions' | 'credentials' | 'algorithm'>,
  next: (headers: readonly SipHeader[]) => SipRequest,
  onSent?: (sent: Sent) => void,
  onProvisional?: (response: SipResponse) => void,
): Promise<{ readonly response: SipResponse; readonly sequence: number }> {
  const first = next([]);
  const sent = setup.transactions.send(first, onProvisional);
  onSent?.(sent);
  const response = await sent.final;
  if (response.status !== 401 && response.status !== 407) return { response, sequence: cseqOf(first).number };
  const proof = authorize(response, first.method, first.uri, setup.credentials, setup.algorithm);
  if (proof === null) return { response, sequence: cseqOf(first).number };
  const second = next([proof]);
  const again = setup.transactions.send(second, onProvisional);
  onSent?.(again);
  return { response: await again.final, sequence: cseqOf(second).number };
}
