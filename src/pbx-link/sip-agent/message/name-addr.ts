import { isBlankCode, isToken, isTokenCode, quote, skipBlanks, skipQuoted, unquote } from './characters.ts';
import { formatParams, type Params, scanParams } from './parameters.ts';
import { isAbsoluteUri } from './sip-uri.ts';

/**
 * An address of From, To, Contact, Route, Refer-To … (RFC 3261 20.10): the display name without quotes
 * (empty when there is none), the URI without brackets, and the parameters of the header, not of the URI.
 */
export type NameAddr = { readonly display: string; readonly uri: string; readonly params: Params };

type Scanned = { readonly address: NameAddr; readonly end: number };

/** One address and nothing else; null when malformed. */
export function parseNameAddr(value: string): NameAddr | null {
  const scanned = scanNameAddr(value, 0);
  return scanned !== null && scanned.end === value.length ? scanned.address : null;
}

/** Every address of a header line, or of several joined by commas; null when any is malformed. */
export function parseNameAddrList(value: string): NameAddr[] | null {
  const addresses: NameAddr[] = [];
  let from = 0;
  for (;;) {
    const scanned = scanNameAddr(value, from);
    if (scanned === null) return null;
    addresses.push(scanned.address);
    if (scanned.end >= value.length) return addresses;
    from = scanned.end + 1;
  }
}

/** Reads one address from `from` up to the end or a comma. */
function scanNameAddr(text: string, from: number): Scanned | null {
  const start = skipBlanks(text, from);
  let display = '';
  let bracket = start;
  if (text.charCodeAt(start) === 0x22) {
    const quoted = skipQuoted(text, start);
    if (quoted === -1) return null;
    display = unquote(text.slice(start, quoted));
    bracket = skipBlanks(text, quoted);
    if (text.charCodeAt(bracket) !== 0x3c) return null;
  } else if (text.charCodeAt(start) !== 0x3c) {
    bracket = skipDisplayTokens(text, start);
    if (text.charCodeAt(bracket) !== 0x3c) return scanAddrSpec(text, start);
    display = text.slice(start, bracket).trimEnd();
  }
  const close = text.indexOf('>', bracket);
  if (close === -1) return null;
  const uri = text.slice(bracket + 1, close);
  return isAbsoluteUri(uri) ? withParams(text, display, uri, close + 1) : null;
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
 * A URI without brackets: a semicolon or comma ends it, and a question mark is not allowed in it
 * (RFC 3261 20.10: such a URI MUST be in brackets).
 */
function scanAddrSpec(text: string, from: number): Scanned | null {
  let end = from;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === 0x3b || code === 0x2c || isBlankCode(code)) break;
    if (code === 0x3f) return null;
  }
  const uri = text.slice(from, end);
  return isAbsoluteUri(uri) ? withParams(text, '', uri, end) : null;
}

function withParams(text: string, display: string, uri: string, from: number): Scanned | null {
  const { params, end } = scanParams(text, from);
  return end === -1 ? null : { address: { display, uri, params }, end };
}

/** The address as text; the URI is always in brackets, the display name quoted unless it is a token. */
export function formatNameAddr(address: NameAddr): string {
  const { display } = address;
  const shown = display === '' ? '' : `${isToken(display) ? display : quote(display)} `;
  return `${shown}<${address.uri}>${formatParams(address.params)}`;
}
