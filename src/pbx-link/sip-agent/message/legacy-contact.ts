import { formatNameAddr, parseNameAddr } from './name-addr.ts';
import { NO_PARAMS } from './parameters.ts';
import { headerOf, type SipMessage } from './sip-message.ts';

/** The requests that make a dialog, in whose responses of 2xx a Contact stands as well (RFC 3261 12.1, RFC 6665). */
const MAKES_DIALOG: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE']);

/**
 * The message with a Contact, if it makes a dialog and an RFC 2543 peer left it out: the address that a
 * request comes from, or that a 2xx response was asked of, is then where the peer is reached. Every other
 * message is returned as it is.
 */
export function withLegacyContact(message: SipMessage, method: string): SipMessage {
  if (!MAKES_DIALOG.has(method) || headerOf(message, 'contact') !== undefined) return message;
  if (message.kind === 'response' && (message.status < 200 || message.status > 299)) return message;
  const peer = parseNameAddr(headerOf(message, message.kind === 'request' ? 'from' : 'to') ?? '');
  if (peer === null) return message;
  const value = formatNameAddr({ display: '', uri: peer.uri, params: NO_PARAMS });
  return { ...message, headers: [...message.headers, { name: 'Contact', value }] };
}
