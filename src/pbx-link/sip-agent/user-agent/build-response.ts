import { withTag } from '../dialog/dialog.ts';
import { tagOf } from '../message/header-grammar.ts';
import type { SipHeader, SipRequest, SipResponse } from '../message/sip-message.ts';
import { reasonPhrase } from './reason-phrase.ts';

const EMPTY = Buffer.alloc(0);

/** A response with what RFC 3261 8.2.6.2 copies from its request; `tag` is added to To unless it has one. */
export function buildResponse(
  request: SipRequest,
  status: number,
  options: {
    readonly tag?: string;
    readonly reason?: string;
    readonly headers?: readonly SipHeader[];
    readonly body?: Buffer;
  } = {},
): SipResponse {
  const headers: SipHeader[] = [];
  const dialogForming = status > 100 && status < 300;
  for (const { name, value } of request.headers) {
    const lower = name.toLowerCase();
    if (lower === 'via' || lower === 'from' || lower === 'call-id' || lower === 'cseq') {
      headers.push({ name, value });
    } else if (lower === 'to') {
      const tagged = options.tag === undefined || status === 100 || tagOf(value) !== null;
      headers.push({ name, value: tagged ? value : withTag(value, options.tag) });
    } else if (lower === 'record-route' && dialogForming) {
      // 12.1.1: the peer builds its route set from these.
      headers.push({ name, value });
    } else if (lower === 'timestamp' && status === 100) {
      // 8.2.6.1: for the peer's estimate of the round trip.
      headers.push({ name, value });
    }
  }
  headers.push(...(options.headers ?? []));
  return {
    kind: 'response',
    status,
    reason: options.reason || reasonPhrase(status),
    headers,
    body: options.body ?? EMPTY,
  };
}
