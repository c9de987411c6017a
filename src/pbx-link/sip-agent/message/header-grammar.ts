import { isDigitCode, isToken, parseDecimal, skipBlanks, skipQuoted, skipToken } from './characters.ts';
import { parseNameAddr } from './name-addr.ts';
import { formatParams, type Params, scanParams } from './parameters.ts';
import { headerOf, type SipMessage } from './sip-message.ts';
import { skipHost } from './sip-uri.ts';

export { formatNameAddr, type NameAddr, parseNameAddr, parseNameAddrList } from './name-addr.ts';
export type { Params } from './parameters.ts';
export { formatSipUri, parseSipUri, type SipUri, schemeOf, unescapeUri } from './sip-uri.ts';

/** One value of Via (RFC 3261 20.42): `SIP/2.0/UDP host:port;params`. */
export type Via = {
  /** Name and version, `SIP/2.0`. */
  readonly protocol: string;
  /** As written: UDP, TCP, TLS … */
  readonly transport: string;
  readonly host: string;
  readonly port: number | null;
  readonly params: Params;
};

export type CSeq = { readonly number: number; readonly method: string };

/** RFC 3261 8.1.1.5: less than 2^31. */
export const MAX_CSEQ = 2_147_483_647;

/** Every value of a Via line, which may hold several by commas; empty when any is malformed. */
export function parseVia(value: string): Via[] {
  const vias: Via[] = [];
  let from = 0;
  for (;;) {
    const end = scanVia(value, from, vias);
    if (end === -1) return [];
    if (end >= value.length) return vias;
    from = end + 1;
  }
}

/** Reads the values of a Via line into `into`; gives how many, 0 when any is malformed or not of SIP/2.0 in any case. */
export function readVias(value: string, into: Via[]): number {
  const vias = parseVia(value);
  for (const via of vias) {
    if (via.protocol !== 'SIP/2.0' && via.protocol.toUpperCase() !== 'SIP/2.0') return 0;
    into.push(via);
  }
  return vias.length;
}

/**
 * Reads one Via value from `from` into `into`. Gives the index where the text ends or a comma stands, -1 when
 * malformed.
 */
function scanVia(text: string, from: number, into: Via[]): number {
  const nameStart = skipBlanks(text, from);
  const nameEnd = skipToken(text, nameStart);
  const versionStart = skipSlash(text, nameEnd);
  if (nameEnd === nameStart || versionStart === -1) return -1;
  const versionEnd = skipToken(text, versionStart);
  const transportStart = skipSlash(text, versionEnd);
  if (versionEnd === versionStart || transportStart === -1) return -1;
  const transportEnd = skipToken(text, transportStart);
  const hostStart = skipBlanks(text, transportEnd);
  if (transportEnd === transportStart || hostStart === transportEnd) return -1;
  const hostEnd = skipHost(text, hostStart);
  if (hostEnd === -1) return -1;
  let i = skipBlanks(text, hostEnd);
  let port: number | null = null;
  if (text.charCodeAt(i) === 0x3a) {
    const portStart = skipBlanks(text, i + 1);
    i = portStart;
    while (i < text.length && isDigitCode(text.charCodeAt(i))) i++;
    port = parseDecimal(text.slice(portStart, i), 65_535);
    if (port === null) return -1;
  }
  const protocol = `${text.slice(nameStart, nameEnd)}/${text.slice(versionStart, versionEnd)}`;
  const params = new Map<string, string | null>();
  const host = text.slice(hostStart, hostEnd);
  into.push({ protocol, transport: text.slice(transportStart, transportEnd), host, port, params });
  return scanParams(text, i, params);
}

/** The index after a slash with blanks round it, or -1. */
function skipSlash(text: string, from: number): number {
  const slash = skipBlanks(text, from);
  return text.charCodeAt(slash) === 0x2f ? skipBlanks(text, slash + 1) : -1;
}

/** The Via value as text. */
export function formatVia(via: Via): string {
  const port = via.port === null ? '' : `:${via.port}`;
  return `${via.protocol}/${via.transport} ${via.host}${port}${formatParams(via.params)}`;
}

/** The branch of the topmost Via; null when there is none or it cannot be read. */
export function branchOf(message: SipMessage): string | null {
  const value = headerOf(message, 'via');
  if (value === undefined) return null;
  const vias: Via[] = [];
  return scanVia(value, 0, vias) === -1 ? null : (vias[0]?.params.get('branch') ?? null);
}

/** Sequence number and method (RFC 3261 20.16); null when malformed or the number is 2^31 or more. */
export function parseCSeq(value: string): CSeq | null {
  let end = 0;
  while (end < value.length && isDigitCode(value.charCodeAt(end))) end++;
  const number = parseDecimal(value.slice(0, end), MAX_CSEQ);
  const methodStart = skipBlanks(value, end);
  const method = value.slice(methodStart);
  if (number === null || methodStart === end || !isToken(method)) return null;
  return { number, method };
}

/** The tag of a From or To value; null when there is none or the value is malformed. */
export function tagOf(value: string): string | null {
  return parseNameAddr(value)?.params.get('tag') ?? null;
}

/** The values of a comma-separated header, trimmed; commas in quotes or brackets do not separate. */
export function splitCommaList(value: string): string[] {
  if (!value.includes(',')) return [value.trim()];
  const parts: string[] = [];
  let start = 0;
  let i = 0;
  while (i < value.length) {
    const code = value.charCodeAt(i);
    let next = i + 1;
    if (code === 0x22) next = skipQuoted(value, i);
    else if (code === 0x3c) next = value.indexOf('>', i) + 1 || -1;
    else if (code === 0x2c) {
      parts.push(value.slice(start, i).trim());
      start = next;
    }
    if (next === -1) break;
    i = next;
  }
  parts.push(value.slice(start).trim());
  return parts;
}

/** The option tags or other tokens of Require, Supported, Unsupported, Allow …; empty ones are left out. */
export function parseOptionTags(value: string): string[] {
  return splitCommaList(value).filter((tag) => tag !== '');
}
