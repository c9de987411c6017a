import { isBlankCode, isToken, isTokenCode, quote, skipBlanks, skipQuoted, unquote } from './characters.ts';
import { formatParams, NO_PARAMS, type Params, scanParams } from './parameters.ts';
import { isSoundUri } from './sip-uri.ts';

/**
 * An address of From, To, Contact, Route, Refer-To … (RFC 3261 20.10): the display name without quotes
 * (empty when there is none), the URI without brackets, and the parameters of the header, not of the URI.
 */
export type NameAddr = { readonly display: string; readonly uri: string; readonly params: Params };

/** One address and nothing else; null when malformed. */
export function parseNameAddr(value: string): NameAddr | null {
  const addresses: NameAddr[] = [];
  return scanNameAddr(value, 0, addresses) === value.length ? (addresses[0] ?? null) : null;
}

/** Every address of a header line, or of several joined by commas; null when any is malformed. */
export function parseNameAddrList(value: string): NameAddr[] | null {
  const addresses: NameAddr[] = [];
  return readAddresses(value, addresses) === 0 ? null : addresses;
}

/** Reads every address of a header line into `into`; gives how many, 0 when any is malformed. */
export function readAddresses(value: string, into: NameAddr[]): number {
  let from = 0;
  for (let count = 1; ; count++) {
    const end = scanNameAddr(value, from, into);
    if (end === -1) return 0;
    if (end >= value.length) return count;
    from = end + 1;
  }
}

/**
 * Reads one address from `from` into `into`. Gives the index where the text ends or a comma stands, -1 when
 * malformed, which a SIP or tel URI with a fault is as well.
 */
function scanNameAddr(text: string, from: number, into: NameAddr[]): number {
  const start = skipBlanks(text, from);
  let displayEnd = start;
  let bracket = start;
  const first = text.charCodeAt(start);
  if (first === 0x22) {
    displayEnd = skipQuoted(text, start);
    if (displayEnd === -1) return -1;
    bracket = skipBlanks(text, displayEnd);
    if (text.charCodeAt(bracket) !== 0x3c) return -1;
  } else if (first !== 0x3c) {
    bracket = skipDisplayTokens(text, start);
    displayEnd = bracket;
  }
  let uriStart = start;
  let uriEnd: number;
  let next: number;
  if (text.charCodeAt(bracket) === 0x3c) {
    uriStart = bracket + 1;
    uriEnd = text.indexOf('>', uriStart);
    next = uriEnd + 1;
  } else {
    displayEnd = start;
    uriEnd = skipAddrSpec(text, start);
    next = uriEnd;
  }
  if (uriEnd === -1) return -1;
  const uri = text.slice(uriStart, uriEnd);
  if (!isSoundUri(uri)) return -1;
  const display = displayName(text, start, displayEnd);
  if (next >= text.length) {
    into.push({ display, uri, params: NO_PARAMS });
    return next;
  }
  const params = new Map<string, string | null>();
  into.push({ display, uri, params });
  return scanParams(text, next, params);
}

function displayName(text: string, start: number, end: number): string {
  if (start === end) return '';
  const shown = text.slice(start, end).trimEnd();
  return shown.charCodeAt(0) === 0x22 ? unquote(shown) : shown;
}

function skipDisplayTokens(text: string, from: number): number {
  let i = from;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Characters beyond ASCII belong in quotes; some exchanges leave them out, and the meaning is plain.
    if (!isTokenCode(code) && !isBlankCode(code) && code < 0x80) break;
  }
  return i;
}

/**
 * The end of a URI without brackets: a semicolon or comma ends it, and a question mark is not allowed in it
 * (RFC 3261 20.10: such a URI MUST be in brackets).
 */
function skipAddrSpec(text: string, from: number): number {
  let end = from;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === 0x3b || code === 0x2c || isBlankCode(code)) break;
    if (code === 0x3f) return -1;
  }
  return end;
}

/** The address as text; the URI is always in brackets, the display name quoted unless it is a token. */
export function formatNameAddr(address: NameAddr): string {
  const { display } = address;
  const shown = display === '' ? '' : `${isToken(display) ? display : quote(display)} `;
  return `${shown}<${address.uri}>${formatParams(address.params)}`;
}
