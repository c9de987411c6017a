import { createHash } from 'node:crypto';
import { headerOf, type SipRequest } from '../../sip-agent/message/sip-message.ts';
import type { Reaction } from './reactions.ts';

/** Digest as a server asks for it and checks it (RFC 3261 22.4, RFC 8760), written apart from the desk's own. */
export const REALM = 'exchange';

export type Challenge = {
  readonly status: 401 | 407;
  readonly algorithm?: 'MD5' | 'SHA-256';
  readonly nonce?: string;
  readonly stale?: boolean;
};

export function challenge(wanted: Challenge): Reaction {
  const { status, algorithm = 'MD5', nonce = 'nonce-1', stale = false } = wanted;
  const name = status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate';
  const value = `Digest realm="${REALM}", nonce="${nonce}", algorithm=${algorithm}, qop="auth"${stale ? ', stale=true' : ''}`;
  return (incoming) => incoming.reply(status, { headers: { [name]: value } });
}

/** Whether a request carries the right answer to a challenge. */
export function isAuthentic(request: SipRequest, wanted: Challenge, user: string, password: string): boolean {
  const { status, algorithm = 'MD5', nonce = 'nonce-1' } = wanted;
  const header = headerOf(request, status === 401 ? 'Authorization' : 'Proxy-Authorization') ?? '';
  const read = (name: string) =>
    new RegExp(`[ ,]${name}=(?:"([^"]*)"|([^,\\s]*))`).exec(header)?.slice(1).find(Boolean) ?? '';
  const hash = (text: string) =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  const ha1 = hash(`${user}:${REALM}:${password}`);
  const ha2 = hash(`${request.method}:${read('uri')}`);
  const right = hash(`${ha1}:${nonce}:${read('nc')}:${read('cnonce')}:auth:${ha2}`);
  return read('nonce') === nonce && read('username') === user && read('response') === right;
}
