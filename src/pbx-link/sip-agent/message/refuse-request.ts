import { parseAuthValues } from './credentials.ts';
import { parseOptionTags } from './header-grammar.ts';
import { accepts, parseMediaType } from './media-type.ts';
import { headerOf, headersOf, type SipHeader, type SipRequest } from './sip-message.ts';
import type { Fault } from './validate-message.ts';

/** A refusal that the peer can act on: the headers say what would be taken. */
export type Refusal = Fault & { readonly headers: readonly SipHeader[] };

function values(request: SipRequest, name: string): string[] {
  return headersOf(request, name).flatMap(parseOptionTags);
}

/**
 * 420 when the request requires an extension that is not among the `supported` option tags (lower case), with
 * those in Unsupported; null when it does not. Require is of no effect in CANCEL and in ACK (RFC 3261 8.2.2.3).
 */
export function extensionRefusal(request: SipRequest, supported: ReadonlySet<string>): Refusal | null {
  if (request.method === 'CANCEL' || request.method === 'ACK') return null;
  const missing = values(request, 'Require').filter((tag) => !supported.has(tag.toLowerCase()));
  if (missing.length === 0) return null;
  const headers = [{ name: 'Unsupported', value: missing.join(', ') }];
  return { status: 420, reason: 'required extension not supported', headers };
}

/**
 * 415 when the body is of a type or in an encoding that is not read here, with the readable types
 * (`application/sdp`, …) in Accept; null when it is, or may be ignored by its disposition (RFC 3261 8.2.3).
 */
export function contentRefusal(request: SipRequest, readable: readonly string[]): Refusal | null {
  if (request.body.length === 0 || isOptional(request)) return null;
  const encodings = values(request, 'Content-Encoding').filter((name) => name.toLowerCase() !== 'identity');
  if (encodings.length > 0) {
    const headers = [{ name: 'Accept-Encoding', value: 'identity' }];
    return { status: 415, reason: 'content encoding not supported', headers };
  }
  const type = parseMediaType(headerOf(request, 'Content-Type') ?? '');
  if (type !== null && readable.includes(`${type.type}/${type.subtype}`)) return null;
  return {
    status: 415,
    reason: 'content type not supported',
    headers: [{ name: 'Accept', value: readable.join(', ') }],
  };
}

function isOptional(request: SipRequest): boolean {
  const disposition = headerOf(request, 'Content-Disposition')?.toLowerCase() ?? '';
  return disposition.split(';').some((part) => part.replaceAll(' ', '').trim() === 'handling=optional');
}

/**
 * 406 when the request's Accept leaves no room for an answer of the given type (RFC 3261 21.4.7); null when it
 * does, or there is no Accept: then application/sdp is taken (RFC 3261 20.1).
 */
export function acceptRefusal(request: SipRequest, type: string, subtype: string): Refusal | null {
  const ranges = values(request, 'Accept');
  if (headerOf(request, 'Accept') === undefined) return null;
  if (ranges.some((range) => accepts(parseMediaType(range) ?? NOTHING, type, subtype))) return null;
  return { status: 406, reason: 'no acceptable content type', headers: [] };
}

const NOTHING = { type: '', subtype: '', params: new Map() };

/**
 * The Digest credentials of a request in the header Authorization or Proxy-Authorization. None are left when
 * all are of another scheme: the request is then challenged as if it had none (RFC 4475 3.3.7).
 */
export function digestCredentials(
  request: SipRequest,
  header: 'Authorization' | 'Proxy-Authorization',
): ReadonlyArray<ReadonlyMap<string, string | null>> {
  return headersOf(request, header)
    .flatMap((value) => parseAuthValues(value) ?? [])
    .filter((credentials) => credentials.scheme.toLowerCase() === 'digest')
    .map((credentials) => credentials.params);
}
