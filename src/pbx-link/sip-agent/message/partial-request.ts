import { formatVia, parseVia } from './header-grammar.ts';
import { expandHeaderName } from './header-names.ts';
import { MAX_HEADER_LINES, MAX_LINE_LENGTH } from './limits.ts';
import type { SipHeader, SipRequest } from './sip-message.ts';
import type { RequestLine } from './start-line.ts';

/** What a response copies from its request (RFC 3261 8.2.6.2); of all but Via the first one counts. */
const COPIED = new Map([
  ['via', 'Via'],
  ['from', 'From'],
  ['to', 'To'],
  ['call-id', 'Call-ID'],
  ['cseq', 'CSeq'],
  ['timestamp', 'Timestamp'],
]);

/**
 * Makes of a refused request what a response to it needs: Via values up to the first unreadable one, and
 * From, To, Call-ID, CSeq as they are written. `head` is the text of the headers, still folded.
 */
export function partialRequest(line: RequestLine, head: string): SipRequest {
  const headers: SipHeader[] = [];
  const seen = new Set<string>();
  let viaReadable = true;
  for (const { name, value } of looseHeaders(head)) {
    if (name === 'Via') {
      if (!viaReadable) continue;
      const readable = readableVias(value);
      viaReadable = readable.complete;
      if (readable.text !== '') headers.push({ name, value: readable.text });
    } else if (!seen.has(name)) {
      seen.add(name);
      headers.push({ name, value });
    }
  }
  return { kind: 'request', method: line.method, uri: line.uri, headers, body: Buffer.alloc(0) };
}

/** True when a response to this request would find its way: the topmost Via was read. ACK is never answered. */
export function isAnswerable(partial: SipRequest): boolean {
  return partial.method !== 'ACK' && partial.headers.some((header) => header.name === 'Via');
}

function* looseHeaders(head: string): Generator<SipHeader> {
  const lines = head.replaceAll('\r\n ', '  ').replaceAll('\r\n\t', '  ').split('\r\n', MAX_HEADER_LINES);
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1 || line.length > MAX_LINE_LENGTH) continue;
    const name = COPIED.get(expandHeaderName(line.slice(0, colon).trim()).toLowerCase());
    const value = printable(line.slice(colon + 1).trim());
    if (name !== undefined && value !== '') yield { name, value };
  }
}

/** Control characters would break the response's own lines. */
function printable(value: string): string {
  let text = '';
  for (const character of value) {
    const code = character.charCodeAt(0);
    text += code < 0x20 || code === 0x7f ? ' ' : character;
  }
  return text;
}

/** The Via values before the first malformed one. A value with stray separators keeps its sent-by (RFC 4475 3.1.2.1). */
function readableVias(value: string): { text: string; complete: boolean } {
  const whole = parseVia(value);
  if (whole.length > 0) return { text: whole.map(formatVia).join(', '), complete: true };
  const texts: string[] = [];
  for (const part of value.split(',', MAX_HEADER_LINES)) {
    const via = parseVia(part)[0] ?? parseVia(part.split(';', 1)[0] ?? '')[0];
    if (via === undefined) break;
    texts.push(formatVia(via));
  }
  return { text: texts.join(', '), complete: false };
}
