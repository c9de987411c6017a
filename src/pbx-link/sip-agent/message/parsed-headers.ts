import type { CSeq, Via } from './header-grammar.ts';
import type { MediaType } from './media-type.ts';
import type { NameAddr } from './name-addr.ts';

/** The headers that routing, transactions and dialogs go by, as they were read when the message was checked. */
export type ParsedHeaders = {
  /** Topmost first. */
  readonly vias: readonly Via[];
  readonly from: NameAddr;
  readonly to: NameAddr;
  readonly callId: string;
  readonly cseq: CSeq;
  /** Empty for `Contact: *` as well. */
  readonly contacts: readonly NameAddr[];
  readonly routes: readonly NameAddr[];
  readonly recordRoutes: readonly NameAddr[];
  /** Bytes of the body as the message states them; null when it does not. */
  readonly contentLength: number | null;
  readonly contentType: MediaType | null;
};

/** The same while it is being filled. */
export type HeaderDraft = {
  readonly vias: Via[];
  from: NameAddr | null;
  to: NameAddr | null;
  callId: string | null;
  cseq: CSeq | null;
  readonly contacts: NameAddr[];
  readonly routes: NameAddr[];
  readonly recordRoutes: NameAddr[];
  contentLength: number | null;
  contentType: MediaType | null;
};

export function emptyDraft(): HeaderDraft {
  return {
    vias: [],
    from: null,
    to: null,
    callId: null,
    cseq: null,
    contacts: [],
    routes: [],
    recordRoutes: [],
    contentLength: null,
    contentType: null,
  };
}

/** The name of the first mandatory header (RFC 3261 8.1.1, 8.2.6.2) that the draft lacks; null when it has them all. */
export function missingHeader(draft: HeaderDraft): string | null {
  if (draft.vias.length === 0) return 'Via';
  if (draft.from === null) return 'From';
  if (draft.to === null) return 'To';
  if (draft.callId === null) return 'Call-ID';
  return draft.cseq === null ? 'CSeq' : null;
}

/** True when nothing mandatory is missing: then the draft is all that was to be read. */
export function isComplete(draft: HeaderDraft): draft is HeaderDraft & ParsedHeaders {
  return missingHeader(draft) === null;
}
