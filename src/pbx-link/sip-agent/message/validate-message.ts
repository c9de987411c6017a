import { checkHeaders, type DroppedHeader, type HeadTraits } from './check-headers.ts';
import { branchOf, parseNameAddr, splitCommaList } from './header-grammar.ts';
import { isBoundedMultipart } from './multipart-bounds.ts';
import type { ParsedHeaders } from './parsed-headers.ts';
import {
  headerOf,
  headersOf,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from './sip-message.ts';
import { isSoundUri, schemeOf } from './sip-uri.ts';

/** Why a message is refused, and the status that says so. */
export type Fault = { readonly reason: string; readonly status: number };

/** A message fit to work on with what was left out of it, or why it is not. */
export type Validated =
  | {
      readonly ok: true;
      readonly message: SipMessage;
      readonly dropped: readonly DroppedHeader[];
      readonly parsed: ParsedHeaders;
    }
  | { readonly ok: false; readonly fault: Fault };

/** The methods of RFC 3261, 3262, 3265, 3311, 3428, 3515, 3903 and 6086. */
export const KNOWN_METHODS: ReadonlySet<string> = new Set([
  'ACK',
  'BYE',
  'CANCEL',
  'INFO',
  'INVITE',
  'MESSAGE',
  'NOTIFY',
  'OPTIONS',
  'PRACK',
  'PUBLISH',
  'REFER',
  'REGISTER',
  'SUBSCRIBE',
  'UPDATE',
]);

const KNOWN_SCHEMES: ReadonlySet<string> = new Set(['sip', 'sips', 'tel']);

/** Checks the syntax of a message as a whole (RFC 3261 8.2, 20): what fails here is answered 400 or alike. */
export function validateMessage(message: SipMessage, traits: HeadTraits): Validated {
  const checked = checkHeaders(message.headers, traits, message.kind === 'response' ? 'Date' : null);
  if (!checked.ok) return refused(checked.reason, 400);
  const { headers, dropped, parsed } = checked;
  const sound = withHeaders(message, headers);
  const fault =
    (sound.kind === 'request' ? requestLineFault(sound, parsed) : null) ?? multipartFault(sound, parsed);
  return fault === null ? { ok: true, message: sound, dropped, parsed } : { ok: false, fault };
}

function withHeaders(message: SipMessage, headers: readonly SipHeader[]): SipMessage {
  if (message.kind === 'request') {
    const { kind, method, uri, body } = message;
    return { kind, method, uri, headers, body };
  }
  const { kind, status, reason, body } = message;
  return { kind, status, reason, headers, body };
}

function refused(reason: string, status: number): Validated {
  return { ok: false, fault: { reason, status } };
}

function requestLineFault(request: SipRequest, { cseq }: ParsedHeaders): Fault | null {
  if (cseq.method !== request.method) {
    // RFC 4475 3.1.2.18: of an unknown method it is better to say just that.
    return { reason: 'CSeq of another method', status: KNOWN_METHODS.has(request.method) ? 400 : 501 };
  }
  if (!isSoundUri(request.uri) || hasHeaders(request.uri))
    return { reason: 'Request-URI malformed', status: 400 };
  return null;
}

/** RFC 3261 19.1.1: headers are not allowed in a Request-URI. A question mark may stand in the user part. */
function hasHeaders(uri: string): boolean {
  return (
    uri.includes('?') && uri.includes('?', uri.indexOf('@') + 1) && KNOWN_SCHEMES.has(schemeOf(uri) ?? '')
  );
}

function multipartFault(message: SipMessage, { contentType }: ParsedHeaders): Fault | null {
  if (contentType?.type !== 'multipart' || isBoundedMultipart(message.body.toString('utf8'))) return null;
  return { reason: 'unreadable multipart body', status: 400 };
}

/** RFC 3261 8.1.1.7: what a branch begins with that is unique to its transaction. */
const MAGIC_COOKIE = 'z9hG4bK';

/** What a server refuses in a request whose syntax is sound; null when it may be worked on. */
export function validateRequest(request: SipRequest): Fault | null {
  // RFC 4475 3.2.1: the cookie alone identifies no transaction.
  if (branchOf(request) === MAGIC_COOKIE) return { reason: 'Via branch without an identifier', status: 400 };
  const scheme = schemeOf(request.uri);
  // RFC 3261 8.2.2.1: Unsupported URI Scheme.
  if (scheme === null || !KNOWN_SCHEMES.has(scheme)) return { reason: 'unsupported URI scheme', status: 416 };
  // RFC 3261 10.2: the address of record in To MUST be a SIP or SIPS URI.
  if (request.method === 'REGISTER' && !isSipAddress(headerOf(request, 'to') ?? '')) {
    return { reason: 'address of record is no SIP URI', status: 400 };
  }
  return null;
}

function isSipAddress(value: string): boolean {
  const scheme = schemeOf(parseNameAddr(value)?.uri ?? '');
  return scheme === 'sip' || scheme === 'sips';
}

/** Why a client discards a response whose syntax is sound; null when it may be worked on. */
export function validateResponse(response: SipResponse): string | null {
  // RFC 3261 8.1.3.3: more than one Via value, it was meant for a proxy before us.
  const [first = '', second] = headersOf(response, 'via');
  return second !== undefined || splitCommaList(first).length > 1 ? 'more than one Via' : null;
}
