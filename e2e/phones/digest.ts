import { createHash, randomBytes } from 'node:crypto';
import { headersOf, type SipResponse } from './sip-message.ts';

/** Digest authentication (RFC 7616, in SIP by RFC 8760), with MD5 and SHA-256. */

const HASHES: readonly (readonly [algorithm: string, hash: string])[] = [
  ['SHA-256', 'sha256'],
  ['MD5', 'md5'],
];

type Challenge = Readonly<Record<string, string>>;

export type Credentials = { readonly user: string; readonly password: string };

/**
 * The header that answers a 401 or 407 by the strongest algorithm offered, or null where none is known.
 * `forced` takes that algorithm alone.
 */
export function authorize(
  response: SipResponse,
  method: string,
  uri: string,
  { user, password }: Credentials,
  forced?: 'MD5' | 'SHA-256',
): readonly [name: string, value: string] | null {
  const proxy = response.status === 407;
  const offered = headersOf(response, proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate').map(parseChallenge);
  for (const [algorithm, hash] of HASHES) {
    if (forced !== undefined && forced !== algorithm) continue;
    const challenge = offered.find((one) => (one.algorithm ?? 'MD5').toUpperCase() === algorithm);
    if (challenge === undefined) continue;
    const digest = (text: string) => createHash(hash).update(text).digest('hex');
    const realm = challenge.realm ?? '';
    const nonce = challenge.nonce ?? '';
    const secret = digest(`${user}:${realm}:${password}`);
    const what = digest(`${method}:${uri}`);
    const cnonce = randomBytes(8).toString('hex');
    const qop = (challenge.qop ?? '').split(',').some((one) => one.trim() === 'auth');
    const proof = qop
      ? digest(`${secret}:${nonce}:00000001:${cnonce}:auth:${what}`)
      : digest(`${secret}:${nonce}:${what}`);
    const parts = [
      `username="${user}"`,
      `realm="${realm}"`,
      `nonce="${nonce}"`,
      `uri="${uri}"`,
      `response="${proof}"`,
      `algorithm=${algorithm}`,
      ...(qop ? ['qop=auth', 'nc=00000001', `cnonce="${cnonce}"`] : []),
      ...(challenge.opaque === undefined ? [] : [`opaque="${challenge.opaque}"`]),
    ];
    return [proxy ? 'Proxy-Authorization' : 'Authorization', `Digest ${parts.join(', ')}`];
  }
  return null;
}

function parseChallenge(value: string): Challenge {
  const pairs = value.matchAll(/([a-z]+)=(?:"([^"]*)"|([^\s,"]+))/gi);
  return Object.fromEntries(
    [...pairs].map((pair) => [pair[1]?.toLowerCase() ?? '', pair[2] ?? pair[3] ?? '']),
  );
}
