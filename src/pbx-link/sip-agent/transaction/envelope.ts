import { type CSeq, parseCSeq, parseVia, tagOf, type Via } from '../message/header-grammar.ts';
import { headerOf, type SipMessage } from '../message/sip-message.ts';

/** What decides which transaction and which dialog a message belongs to, parsed once. */
export type Envelope = {
  /** The topmost Via. */
  readonly via: Via;
  readonly callId: string;
  readonly fromTag: string | null;
  readonly toTag: string | null;
  readonly cseq: CSeq;
};

/** Reads the envelope; null when one of its headers is missing or malformed. */
export function readEnvelope(message: SipMessage): Envelope | null {
  const via = parseVia(headerOf(message, 'via') ?? '')[0];
  const callId = headerOf(message, 'call-id');
  const cseq = parseCSeq(headerOf(message, 'cseq') ?? '');
  const from = headerOf(message, 'from');
  const to = headerOf(message, 'to');
  if (via === undefined || !callId || cseq === null || from === undefined || to === undefined) return null;
  return { via, callId, fromTag: tagOf(from), toTag: tagOf(to), cseq };
}
