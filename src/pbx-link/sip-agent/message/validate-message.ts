import { parseDecimal } from './characters.ts';
import { parseCSeq, parseNameAddr, parseVia } from './header-grammar.ts';
import { headerOf, headersOf, type SipMessage, type SipRequest } from './sip-message.ts';
import { schemeOf } from './sip-uri.ts';

/** Why a message is refused, and the status that says so. */
export type Fault = { readonly reason: string; readonly status: number };

/** What every request and response carries (RFC 3261 8.1.1, 8.2.6.2); Max-Forwards may be missing from an RFC 2543 peer. */
const MANDATORY = ['Via', 'From', 'To', 'Call-ID', 'CSeq'];

/** The first thing that makes the message unfit to work on; null when there is none. */
export function messageFault(message: SipMessage): Fault | null {
  for (const name of MANDATORY) {
    const count = headersOf(message, name).length;
    if (count === 0) return { reason: `${name} missing`, status: 400 };
    if (count > 1 && name !== 'Via') return { reason: `${name} more than once`, status: 400 };
  }
  if (headersOf(message, 'via').some((value) => parseVia(value).length === 0)) return malformed('Via');
  for (const name of ['From', 'To']) {
    if (parseNameAddr(headerOf(message, name) ?? '') === null) return malformed(name);
  }
  const cseq = parseCSeq(headerOf(message, 'cseq') ?? '');
  if (cseq === null) return malformed('CSeq');
  if (message.kind === 'request' && cseq.method !== message.method) {
    return { reason: 'CSeq of another method', status: 400 };
  }
  const lengths = headersOf(message, 'content-length');
  if (lengths.length > 1) return { reason: 'Content-Length more than once', status: 400 };
  if (lengths.length === 1 && contentLengthOf(message) === null) return malformed('Content-Length');
  return null;
}

function malformed(name: string): Fault {
  return { reason: `malformed ${name}`, status: 400 };
}

/** The length that the message states for its body; null when it states none or no number. */
export function contentLengthOf(message: SipMessage): number | null {
  const value = headerOf(message, 'content-length');
  return value === undefined ? null : parseDecimal(value, Number.MAX_SAFE_INTEGER);
}

/** What a server refuses in a request whose syntax is sound; null when it may be worked on. */
export function validateRequest(request: SipRequest): Fault | null {
  const scheme = schemeOf(request.uri);
  if (scheme === null) return { reason: 'malformed Request-URI', status: 400 };
  // RFC 3261 8.2.2.1: Unsupported URI Scheme.
  if (scheme !== 'sip' && scheme !== 'sips' && scheme !== 'tel') return { reason: 'URI scheme', status: 416 };
  return null;
}
