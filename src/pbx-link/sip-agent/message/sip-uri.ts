import { isDigitCode, isHostCode, isSchemeCode, isUriCode, parseDecimal } from './characters.ts';
import { NO_PARAMS, type Params } from './parameters.ts';

/**
 * A SIP, SIPS or tel URI (RFC 3261 19.1, RFC 3966). Of a tel URI `user` is the number and `host` is empty.
 * User, password, parameter and header values are as written, still escaped: see `unescapeUri`.
 */
export type SipUri = {
  readonly scheme: 'sip' | 'sips' | 'tel';
  readonly user: string | null;
  readonly password: string | null;
  readonly host: string;
  readonly port: number | null;
  readonly params: Params;
  readonly headers: Params;
};

/** The scheme in lower case, or null when the text does not begin with one. */
export function schemeOf(uri: string): string | null {
  const colon = uri.indexOf(':');
  if (colon < 1) return null;
  const first = uri.charCodeAt(0) | 0x20;
  if (first < 0x61 || first > 0x7a) return null;
  for (let i = 1; i < colon; i++) if (!isSchemeCode(uri.charCodeAt(i))) return null;
  return uri.slice(0, colon).toLowerCase();
}

/** True when the text can be any absolute URI: a scheme, then at least one URI character and nothing else. */
export function isAbsoluteUri(uri: string): boolean {
  const scheme = schemeOf(uri);
  if (scheme === null || scheme.length + 1 >= uri.length) return false;
  for (let i = scheme.length + 1; i < uri.length; i++) if (!isUriCode(uri.charCodeAt(i))) return false;
  return true;
}

/** Reads a URI; null for another scheme or when it breaks the grammar. */
export function parseSipUri(uri: string): SipUri | null {
  const scheme = schemeOf(uri);
  if (scheme === null || !isAbsoluteUri(uri)) return null;
  if (scheme === 'tel') return parseTelUri(uri);
  if (scheme !== 'sip' && scheme !== 'sips') return null;
  let rest = scheme.length + 1;
  let user: string | null = null;
  let password: string | null = null;
  const at = uri.indexOf('@', rest);
  if (at !== -1) {
    // Neither host nor parameters nor headers may hold a bare '@': there is at most one.
    if (uri.indexOf('@', at + 1) !== -1) return null;
    const colon = uri.indexOf(':', rest);
    const userEnd = colon !== -1 && colon < at ? colon : at;
    if (userEnd === rest) return null;
    user = uri.slice(rest, userEnd);
    if (userEnd < at) password = uri.slice(userEnd + 1, at);
    if (password?.includes(':') || !isEscapedText(user) || (password !== null && !isEscapedText(password)))
      return null;
    rest = at + 1;
  }
  const hostEnd = skipHost(uri, rest);
  if (hostEnd <= rest) return null;
  const host = uri.slice(rest, hostEnd);
  const port = scanPort(uri, hostEnd);
  if (port === null) return null;
  const question = uri.indexOf('?', port.end);
  const paramsEnd = question === -1 ? uri.length : question;
  const params = parseUriParams(uri, port.end, paramsEnd);
  const headers = question === -1 ? NO_PARAMS : parseUriHeaders(uri.slice(question + 1));
  if (params === null || headers === null) return null;
  return { scheme, user, password, host, port: port.value, params, headers };
}

function parseTelUri(uri: string): SipUri | null {
  const semicolon = uri.indexOf(';');
  const numberEnd = semicolon === -1 ? uri.length : semicolon;
  const number = uri.slice(4, numberEnd);
  const params = parseUriParams(uri, numberEnd, uri.length);
  if (number.length === 0 || number.includes('@') || params === null) return null;
  return { scheme: 'tel', user: number, password: null, host: '', port: null, params, headers: NO_PARAMS };
}

/** The index after the host that begins at `from` (a name, an IPv4 address or an IPv6 one in brackets); -1 if none. */
export function skipHost(text: string, from: number): number {
  let i = from;
  if (text.charCodeAt(i) === 0x5b) {
    for (i++; i < text.length && text.charCodeAt(i) !== 0x5d; i++) {
      const code = text.charCodeAt(i);
      const lower = code | 0x20;
      const hex = isDigitCode(code) || (lower >= 0x61 && lower <= 0x66);
      if (!hex && code !== 0x3a && code !== 0x2e) return -1;
    }
    return i < text.length && i > from + 2 ? i + 1 : -1;
  }
  while (i < text.length && isHostCode(text.charCodeAt(i))) i++;
  return i > from ? i : -1;
}

type ScannedPort = { readonly value: number | null; readonly end: number };

function scanPort(uri: string, from: number): ScannedPort | null {
  if (uri.charCodeAt(from) !== 0x3a) return { value: null, end: from };
  let end = from + 1;
  while (end < uri.length && isDigitCode(uri.charCodeAt(end))) end++;
  const value = parseDecimal(uri.slice(from + 1, end), 65_535);
  return value === null ? null : { value, end };
}

function parseUriParams(uri: string, from: number, to: number): Params | null {
  if (from === to) return NO_PARAMS;
  if (uri.charCodeAt(from) !== 0x3b) return null;
  return parsePairs(uri.slice(from + 1, to), ';', true);
}

function parseUriHeaders(text: string): Params | null {
  return parsePairs(text, '&', false);
}

function parsePairs(text: string, separator: string, lowerCase: boolean): Params | null {
  const pairs = new Map<string, string | null>();
  for (const pair of text.split(separator)) {
    const equals = pair.indexOf('=');
    const name = equals === -1 ? pair : pair.slice(0, equals);
    if (name.length === 0 || !isEscapedText(pair)) return null;
    const key = lowerCase ? name.toLowerCase() : name;
    if (!pairs.has(key)) pairs.set(key, equals === -1 ? null : pair.slice(equals + 1));
  }
  return pairs;
}

/** True when each `%` begins an escape of two hexadecimal digits (RFC 3261 25.1 escaped). */
function isEscapedText(text: string): boolean {
  for (let i = text.indexOf('%'); i !== -1; i = text.indexOf('%', i + 1)) {
    if (Number.isNaN(hexValue(text, i + 1))) return false;
  }
  return true;
}

function hexValue(text: string, from: number): number {
  return hexDigit(text.charCodeAt(from)) * 16 + hexDigit(text.charCodeAt(from + 1));
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : Number.NaN;
}

/** Takes the `%hh` escapes out of a part of a URI; the bytes are read as UTF-8 (RFC 3261 19.1.2). */
export function unescapeUri(part: string): string {
  if (!part.includes('%')) return part;
  const source = Buffer.from(part, 'utf8');
  const bytes = Buffer.alloc(source.length);
  let length = 0;
  for (let i = 0; i < source.length; i++) {
    const value = source[i] === 0x25 ? hexValue(source.toString('latin1', i, i + 3), 1) : Number.NaN;
    bytes[length++] = Number.isNaN(value) ? (source[i] as number) : value;
    if (!Number.isNaN(value)) i += 2;
  }
  return bytes.toString('utf8', 0, length);
}

/** The URI as text. */
export function formatSipUri(uri: SipUri): string {
  let text = `${uri.scheme}:`;
  if (uri.user !== null) text += uri.user;
  if (uri.scheme !== 'tel') {
    if (uri.password !== null) text += `:${uri.password}`;
    if (uri.user !== null) text += '@';
    text += uri.host;
    if (uri.port !== null) text += `:${uri.port}`;
  }
  for (const [name, value] of uri.params) text += value === null ? `;${name}` : `;${name}=${value}`;
  let separator = '?';
  for (const [name, value] of uri.headers) {
    text += value === null ? `${separator}${name}` : `${separator}${name}=${value}`;
    separator = '&';
  }
  return text;
}
