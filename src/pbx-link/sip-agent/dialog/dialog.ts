import { type CSeq, parseNameAddr, splitCommaList, tagOf } from '../message/header-grammar.ts';
import { headerOf, headersOf, type SipMessage, type SipRequest } from '../message/sip-message.ts';

/**
 * A dialog as plain data (RFC 3261 12), so that it can be stored. What shares it are its usages (RFC 5057): `invite`,
 * and one `subscription:<event>` for each SUBSCRIBE or REFER; the dialog ends with its last usage.
 */
export type Dialog = {
  /** `<Call-ID>;from-tag=<From tag of the request that formed it>`, by which the client names it. */
  readonly id: string;
  /** Who sent the request that formed it: `uac` when we did. */
  readonly role: 'uac' | 'uas';
  readonly state: 'early' | 'confirmed';
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** Our From in requests, with tag. */
  readonly local: string;
  /** Our To in requests, with tag. */
  readonly remote: string;
  readonly localSequence: number;
  /** The highest CSeq that came from the peer, null before its first request. */
  readonly remoteSequence: number | null;
  readonly remoteTarget: string;
  /** Route values in the order of use. */
  readonly routeSet: readonly string[];
  readonly secure: boolean;
  readonly usages: readonly string[];
};

export function dialogId(callId: string, fromTag: string): string {
  return `${callId};from-tag=${fromTag}`;
}

/** The URI of the first Contact; null when there is none that can be used. */
export function contactUri(message: SipMessage): string | null {
  const value = headerOf(message, 'contact');
  const first = value === undefined ? undefined : splitCommaList(value)[0];
  return first === undefined ? null : (parseNameAddr(first)?.uri ?? null);
}

function recordRoute(message: SipMessage): string[] {
  return headersOf(message, 'record-route').flatMap(splitCommaList);
}

/**
 * The dialog of a request that we sent, from a response with a To tag (12.1.2) or from a NOTIFY that overtook it
 * (RFC 6665 4.4.1). Null when the message names no tag.
 */
export function dialogAsUac(
  request: SipRequest,
  from: SipMessage,
  cseq: CSeq,
  usage: string,
  confirmed: boolean,
): Dialog | null {
  const callId = headerOf(request, 'call-id') ?? '';
  const local = headerOf(request, 'from') ?? '';
  // In a NOTIFY the peer is From, in a response it is To.
  const remote = headerOf(from, from.kind === 'request' ? 'from' : 'to') ?? '';
  const localTag = tagOf(local);
  const remoteTag = tagOf(remote);
  if (localTag === null || remoteTag === null) return null;
  const routes = recordRoute(from);
  return {
    id: dialogId(callId, localTag),
    role: 'uac',
    state: confirmed ? 'confirmed' : 'early',
    callId,
    localTag,
    remoteTag,
    local,
    remote,
    localSequence: cseq.number,
    remoteSequence: null,
    remoteTarget: contactUri(from) ?? request.uri,
    // 12.1.2: reversed as the UAC; a NOTIFY's is taken as the UAS of that request (12.1.1).
    routeSet: from.kind === 'request' ? routes : routes.reverse(),
    secure: request.uri.toLowerCase().startsWith('sips:'),
    usages: [usage],
  };
}

/** The dialog of a request that came to us, with the tag that our responses carry (12.1.1). */
export function dialogAsUas(
  request: SipRequest,
  cseq: CSeq,
  localTag: string,
  usage: string,
  confirmed: boolean,
): Dialog | null {
  const callId = headerOf(request, 'call-id') ?? '';
  const remote = headerOf(request, 'from') ?? '';
  const to = headerOf(request, 'to') ?? '';
  const remoteTag = tagOf(remote) ?? '';
  const remoteTarget = contactUri(request) ?? parseNameAddr(remote)?.uri;
  if (remoteTarget === undefined) return null;
  return {
    id: dialogId(callId, remoteTag),
    role: 'uas',
    state: confirmed ? 'confirmed' : 'early',
    callId,
    localTag,
    remoteTag,
    local: withTag(to, localTag),
    remote,
    localSequence: 0,
    remoteSequence: cseq.number,
    remoteTarget,
    routeSet: recordRoute(request),
    secure: request.uri.toLowerCase().startsWith('sips:'),
    usages: [usage],
  };
}

/** A From or To value with that tag, unless it has one already. */
export function withTag(value: string, tag: string): string {
  if (tagOf(value) !== null) return value;
  // 20.10: without brackets a parameter would belong to the URI.
  const bracketed = value.includes('<') ? value : `<${value.trim()}>`;
  return `${bracketed};tag=${tag}`;
}

/** What a CSeq from the peer means: in order, or lower than one that was taken before (12.2.2: answer 500). */
export function acceptsSequence(dialog: Dialog, number: number): boolean {
  return dialog.remoteSequence === null || number >= dialog.remoteSequence;
}

export function withUsage(dialog: Dialog, usage: string): Dialog {
  return dialog.usages.includes(usage) ? dialog : { ...dialog, usages: [...dialog.usages, usage] };
}

export function withoutUsage(dialog: Dialog, usage: string): Dialog {
  return { ...dialog, usages: dialog.usages.filter((other) => other !== usage) };
}
