import { createHash, randomBytes } from 'node:crypto';

/** HTTP digest as SIP uses it (RFC 3261 22, RFC 8760): MD5 and SHA-256, with and without qop. */
export type Credentials = { readonly user: string; readonly password: string };

export type Challenge = {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | null;
  readonly algorithm: 'MD5' | 'SHA-256';
  readonly session: boolean;
  readonly qopAuth: boolean;
  readonly stale: boolean;
};

const MAX_CHALLENGE = 4096;

/**
 * Reads the value of WWW-Authenticate or Proxy-Authenticate, in which a stack may have joined several challenges by
 * commas. The first one that we can answer is taken, as the server puts the one it likes best on top (RFC 8760 2.3).
 */
export function chooseChallenge(value: string): Challenge | null {
  if (value.length > MAX_CHALLENGE) return null;
  for (const part of splitChallenges(value)) {
    const challenge = readChallenge(part);
    if (challenge) return challenge;
  }
  return null;
}

function splitChallenges(value: string): string[] {
  const starts: number[] = [];
  const lower = value.toLowerCase();
  let quoted = false;
  for (let i = 0; i < value.length; i += 1) {
    if (value[i] === '\\' && quoted) i += 1;
    else if (value[i] === '"') quoted = !quoted;
    else if (!quoted && lower.startsWith('digest ', i) && (i === 0 || /[\s,]/.test(value[i - 1] ?? '')))
      starts.push(i);
  }
  return starts.map((start, i) => value.slice(start + 'digest '.length, starts[i + 1] ?? value.length));
}

function readChallenge(text: string): Challenge | null {
  const params = readParams(text);
  const realm = params.get('realm');
  const nonce = params.get('nonce');
  if (realm === undefined || nonce === undefined) return null;
  const written = (params.get('algorithm') ?? 'MD5').toUpperCase();
  const session = written.endsWith('-SESS');
  const algorithm = session ? written.slice(0, -5) : written;
  if (algorithm !== 'MD5' && algorithm !== 'SHA-256') return null;
  const qop = params.get('qop');
  const qopAuth = (qop ?? '').split(',').some((option) => option.trim().toLowerCase() === 'auth');
  // A server that wants only auth-int asks for what we do not do (RFC 3261 22.4 makes auth the minimum).
  if (qop !== undefined && !qopAuth) return null;
  return {
    realm,
    nonce,
    opaque: params.get('opaque') ?? null,
    algorithm,
    session,
    qopAuth,
    stale: (params.get('stale') ?? '').toLowerCase() === 'true',
  };
}

function readParams(text: string): Map<string, string> {
  const params = new Map<string, string>();
  let i = 0;
  while (i < text.length) {
    while (i < text.length && /[\s,]/.test(text[i] as string)) i += 1;
    const equals = text.indexOf('=', i);
    if (equals < 0) break;
    const name = text.slice(i, equals).trim().toLowerCase();
    i = equals + 1;
    while (text[i] === ' ') i += 1;
    let value = '';
    if (text[i] === '"') {
      for (i += 1; i < text.length && text[i] !== '"'; i += 1) {
        if (text[i] === '\\') i += 1;
        value += text[i] ?? '';
      }
      i += 1;
    } else {
      const comma = text.indexOf(',', i);
      const end = comma < 0 ? text.length : comma;
      value = text.slice(i, end).trim();
      i = end;
    }
    if (!params.has(name)) params.set(name, value);
  }
  return params;
}

/** The value of Authorization or Proxy-Authorization that answers a challenge. */
export function answerChallenge(
  challenge: Challenge,
  request: { readonly method: string; readonly uri: string },
  credentials: Credentials,
  cnonce: string = randomBytes(8).toString('hex'),
): string {
  const hash = (text: string) =>
    createHash(challenge.algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  // Each challenge is answered once, so the nonce count is always the first.
  const nc = '00000001';
  let ha1 = hash(`${credentials.user}:${challenge.realm}:${credentials.password}`);
  if (challenge.session) ha1 = hash(`${ha1}:${challenge.nonce}:${cnonce}`);
  const ha2 = hash(`${request.method}:${request.uri}`);
  const response = challenge.qopAuth
    ? hash(`${ha1}:${challenge.nonce}:${nc}:${cnonce}:auth:${ha2}`)
    : hash(`${ha1}:${challenge.nonce}:${ha2}`);
  const params = [
    `username=${quote(credentials.user)}`,
    `realm=${quote(challenge.realm)}`,
    `nonce=${quote(challenge.nonce)}`,
    `uri=${quote(request.uri)}`,
    `response="${response}"`,
    `algorithm=${challenge.algorithm}${challenge.session ? '-sess' : ''}`,
  ];
  if (challenge.qopAuth) params.push('qop=auth', `nc=${nc}`);
  if (challenge.qopAuth || challenge.session) params.push(`cnonce="${cnonce}"`);
  if (challenge.opaque !== null) params.push(`opaque=${quote(challenge.opaque)}`);
  return `Digest ${params.join(', ')}`;
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
