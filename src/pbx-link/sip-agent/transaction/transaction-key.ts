import type { SipRequest } from '../message/sip-message.ts';
import type { Envelope } from './envelope.ts';

/** RFC 3261 8.1.1.7: a branch that begins so is unique to its transaction. */
export const MAGIC_COOKIE = 'z9hG4bK';

/**
 * The key of the server transaction that a request belongs to, RFC 3261 17.2.3. An ACK has its INVITE's; for a CANCEL
 * `method` 'INVITE' gives the key of what it cancels (9.2).
 */
export function serverTransactionKey(
  request: SipRequest,
  envelope: Envelope,
  method: string = request.method,
): string {
  const { via } = envelope;
  const of = method === 'ACK' ? 'INVITE' : method;
  const sentBy = `${via.host.toLowerCase()}:${via.port ?? 5060}`;
  const branch = via.params.get('branch');
  if (branch?.startsWith(MAGIC_COOKIE)) return `${branch}|${sentBy}|${of}`;
  // RFC 2543 peers: by Request-URI, From tag, Call-ID, CSeq number and topmost Via. The To tag is left out, as the
  // INVITE has none and its ACK has; the rest tells them apart.
  return [
    request.uri,
    envelope.fromTag ?? '',
    envelope.callId,
    envelope.cseq.number,
    `${sentBy};${branch ?? ''}`,
    of,
  ].join('|');
}

/** The key of a client transaction, RFC 3261 17.1.3: our branch and the method. */
export function clientTransactionKey(branch: string, method: string): string {
  return `${branch}|${method}`;
}

/** What a request has in common with its copies by other paths, RFC 3261 8.2.2.2. */
export function mergeKey(envelope: Envelope): string {
  return `${envelope.fromTag ?? ''}|${envelope.callId}|${envelope.cseq.number} ${envelope.cseq.method}`;
}
