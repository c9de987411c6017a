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
  const length = schemeLength(uri);
  return length === 0 ? null : uri.slice(0, length).toLowerCase();
}

/** The length of the scheme that a colon ends; 0 when there is none. */
function schemeLength(uri: string): number {
  const first = uri.charCodeAt(0) | 0x20;
  if (first < 0x61 || first > 0x7a) return 0;
  let i = 1;
  while (i < uri.length && isSchemeCode(uri.charCodeAt(i))) i++;
  return uri.charCodeAt(i) === 0x3a ? i : 0;
}

/** True when the text can be any absolute URI: a scheme, then at least one URI character and nothing else. */
export function isAbsoluteUri(uri: string): boolean {
  const colon = schemeLength(uri);
  if (colon === 0 || colon + 1 >= uri.length) return false;
  for (let i = colon + 1; i < uri.length; i++) if (!isUriCode(uri.charCodeAt(i))) return false;
  return true;
}

/** True for a sound SIP or tel URI, and for any absolute URI of a scheme of which nothing is known here. */
export function isSoundUri(uri: string): boolean {
  const start = sipStart(uri);
  if (start !== 0) return isSoundSipUri(uri, start);
  return isAbsoluteUri(uri) && (schemeOf(uri) !== 'tel' || parseTelUri(uri) !== null);
}

/** The index after `sip:` or `sips:` in any case; 0 for another scheme. */
function sipStart(uri: string): number {
  const s = uri.charCodeAt(0) | 0x20;
  const i = uri.charCodeAt(1) | 0x20;
  const p = uri.charCodeAt(2) | 0x20;
  if (s !== 0x73 || i !== 0x69 || p !== 0x70) return 0;
  if (uri.charCodeAt(3) === 0x3a) return 4;
  return (uri.charCodeAt(3) | 0x20) === 0x73 && uri.charCodeAt(4) === 0x3a ? 5 : 0;
}

/** Reads a URI; null for another scheme or when it breaks the grammar. */
export function parseSipUri(uri: string): SipUri | null {
  const start = sipStart(uri);
  if (start === 0) return isAbsoluteUri(uri) && schemeOf(uri) === 'tel' ? parseTelUri(uri) : null;
  if (!isSoundSipUri(uri, start)) return null;
  const at = uri.indexOf('@', start);
  const hostStart = at + 1 || start;
  const hostEnd = skipHost(uri, hostStart);
  const portEnd = skipPort(uri, hostEnd);
  const question = uri.indexOf('?', portEnd);
  const paramsEnd = question === -1 ? uri.length : question;
  const colon = uri.indexOf(':', start);
  const hasPassword = colon !== -1 && colon < at;
  return {
    scheme: start === 4 ? 'sip' : 'sips',
    user: at === -1 ? null : uri.slice(start, hasPassword ? colon : at),
    password: hasPassword ? uri.slice(colon + 1, at) : null,
    host: uri.slice(hostStart, hostEnd),
    port: portEnd === hostEnd ? null : Number(uri.slice(hostEnd + 1, portEnd)),
    params: portEnd === paramsEnd ? NO_PARAMS : readPairs(uri.slice(portEnd + 1, paramsEnd), ';', true),
    headers: question === -1 ? NO_PARAMS : readPairs(uri.slice(question + 1), '&', false),
  };
}

/** Checks what follows the scheme: `[ user [ ":" password ] "@" ] host [ ":" port ] *( ";" param ) [ "?" headers ]`. */
function isSoundSipUri(uri: string, start: number): boolean {
  const at = uri.indexOf('@', start);
  if (at !== -1 && !isSoundUserInfo(uri, start, at)) return false;
  const hostEnd = skipHost(uri, at === -1 ? start : at + 1);
  if (hostEnd === -1 || hostEnd === uri.length) return hostEnd !== -1;
  const portEnd = skipPort(uri, hostEnd);
  return portEnd !== -1 && (portEnd === uri.length || arePairsSound(uri, portEnd));
}

/** A user, which may be empty, and a password without a colon. */
function isSoundUserInfo(uri: string, start: number, at: number): boolean {
  let colons = 0;
  for (let i = start; i < at; i++) {
    const code = uri.charCodeAt(i);
    if (!isUriCode(code)) return false;
    if (code === 0x3a && ++colons > 1) return false;
    if (code === 0x25 && Number.isNaN(hexValue(uri, i + 1))) return false;
  }
  return true;
}

/** True when `;name=value` parameters and then `?name=value&…` headers follow, none of them empty. */
function arePairsSound(uri: string, from: number): boolean {
  let inHeaders = false;
  let i = from;
  while (i < uri.length) {
    const separator = uri.charCodeAt(i);
    if (separator === 0x3f && !inHeaders) inHeaders = true;
    else if (separator !== (inHeaders ? 0x26 : 0x3b)) return false;
    const start = ++i;
    for (; i < uri.length; i++) {
      const code = uri.charCodeAt(i);
      if (inHeaders ? code === 0x26 : code === 0x3b || code === 0x3f) break;
      // A bare '@' stands behind the user alone.
      if (!isUriCode(code) || code === 0x40) return false;
      if (code === 0x25 && Number.isNaN(hexValue(uri, i + 1))) return false;
    }
    if (i === start || uri.charCodeAt(start) === 0x3d) return false;
  }
  return true;
}

function parseTelUri(uri: string): SipUri | null {
  const semicolon = uri.indexOf(';');
  const end = semicolon === -1 ? uri.length : semicolon;
  const number = uri.slice(4, end);
  if (number.length === 0 || uri.includes('@') || !isEscapedText(uri)) return null;
  if (uri.includes('?') || !arePairsSound(uri, end)) return null;
  const params = end === uri.length ? NO_PARAMS : readPairs(uri.slice(end + 1), ';', true);
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

/** The index after `:port`, or `from` when there is no colon; -1 when the port is none. */
function skipPort(uri: string, from: number): number {
  if (uri.charCodeAt(from) !== 0x3a) return from;
  let end = from + 1;
  while (end < uri.length && isDigitCode(uri.charCodeAt(end))) end++;
  return parseDecimal(uri.slice(from + 1, end), 65_535) === null ? -1 : end;
}

/** The pairs of a sound text; names of parameters are in lower case, as they are compared so (RFC 3261 19.1.4). */
function readPairs(text: string, separator: string, lowerCase: boolean): Params {
  const pairs = new Map<string, string | null>();
  for (const pair of text.split(separator)) {
    const equals = pair.indexOf('=');
    const name = equals === -1 ? pair : pair.slice(0, equals);
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
