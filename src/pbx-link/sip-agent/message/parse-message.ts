import { hasLineSeparator, isBlankCode, skipBlanks, skipToken, trimBlanks } from './characters.ts';
import type { DroppedHeader } from './check-headers.ts';
import { expandHeaderName } from './header-names.ts';
import { MAX_HEADER_LINES, MAX_LINE_LENGTH, MAX_MESSAGE_BYTES } from './limits.ts';
import type { ParsedHeaders } from './parsed-headers.ts';
import { isAnswerable, partialRequest } from './partial-request.ts';
import type { SipHeader, SipMessage, SipRequest } from './sip-message.ts';
import { parseStartLine, type RequestLine, type StatusLine } from './start-line.ts';
import { type Fault, validateMessage } from './validate-message.ts';

/** Why bytes are not a message that may be worked on. */
export type ParseError = {
  readonly reason: string;
  /**
   * The status to answer with, or null when there is nothing to answer: a response, an ACK, or a request
   * whose request line or topmost Via cannot be read.
   */
  readonly status: number | null;
  /** What could be read of the request, for making the response: it may lack From, To, Call-ID or CSeq. */
  readonly partial: SipRequest | null;
};

export type ParseResult =
  | {
      readonly ok: true;
      readonly message: SipMessage;
      /** Headers that were left out of the message: malformed ones that it can do without. */
      readonly dropped: readonly DroppedHeader[];
      /** What was read of its headers to check them, so that nobody need read them again. */
      readonly parsed: ParsedHeaders;
    }
  | { readonly ok: false; readonly error: ParseError };

const HEAD_END = Buffer.from('\r\n\r\n');
const CR = 0x0d;
const LF = 0x0a;
const NO_BODY = Buffer.alloc(0);

/**
 * Reads one message: a whole datagram, or what the framing of a stream cut off. Bytes beyond Content-Length
 * are left out, and without it the body is all the rest (RFC 3261 18.3). The body is a view of `bytes`.
 */
export function parseSipMessage(bytes: Buffer): ParseResult {
  let start = 0;
  // RFC 3261 7.5: line ends before the start line are ignored.
  while (bytes[start] === CR && bytes[start + 1] === LF) start += 2;
  if (start >= bytes.length) return refuse('no message, only line ends', null, null, '');
  const end = Math.min(bytes.length, start + MAX_MESSAGE_BYTES);
  const blankLine = bytes.indexOf(HEAD_END, start);
  const complete = blankLine !== -1 && blankLine < end;
  const headEnd = complete ? blankLine : end;
  const head = bytes.toString('utf8', start, headEnd);
  // A byte that is no UTF-8 becomes one replacement character, so that the length alone does not tell.
  const ascii = head.length === headEnd - start && !head.includes('\ufffd');
  // RFC 3261 21.5.7: Message Too Large.
  if (bytes.length > end) return parseHead(head, ascii, { reason: 'message too large', status: 513 });
  if (!complete) return parseHead(head, ascii, { reason: 'no empty line after the headers', status: 400 });
  return parseHead(head, ascii, bytes.subarray(blankLine + 4));
}

/** Goes on from the text of the headers; the message is refused whatever they say if a fault stands for the body. */
function parseHead(head: string, ascii: boolean, body: Buffer | Fault): ParseResult {
  const lineEnd = head.indexOf('\r\n');
  const line = lineEnd === -1 ? head : head.slice(0, lineEnd);
  const headerText = lineEnd === -1 ? '' : head.slice(lineEnd + 2);
  if (line.length > MAX_LINE_LENGTH) return refuse('start line too long', null, null, '');
  const first = parseStartLine(line);
  const request = first.kind === 'error' ? first.request : first.kind === 'request' ? first : null;
  const refused = (reason: string, status: number): ParseResult =>
    refuse(reason, status, request, headerText);
  if (!Buffer.isBuffer(body)) return refused(body.reason, body.status);
  if (first.kind === 'error') return refused(first.reason, first.status);
  const headers: SipHeader[] = [];
  const fault = readHeaders(headerText, headers);
  if (fault !== null) return refused(fault, 400);
  const traits = { ascii, lineSeparators: !ascii && hasLineSeparator(headerText) };
  const validated = validateMessage(compose(first, headers, body), traits);
  if (!validated.ok) return refused(validated.fault.reason, validated.fault.status);
  const { message, dropped, parsed } = validated;
  const length = parsed.contentLength;
  if (length === null || length === message.body.length) return { ok: true, message, dropped, parsed };
  if (length > message.body.length) return refused('body shorter than Content-Length', 400);
  return { ok: true, message: { ...message, body: message.body.subarray(0, length) }, dropped, parsed };
}

function compose(first: RequestLine | StatusLine, headers: readonly SipHeader[], body: Buffer): SipMessage {
  const content = body.length === 0 ? NO_BODY : body;
  if (first.kind === 'request') {
    return { kind: 'request', method: first.method, uri: first.uri, headers, body: content };
  }
  return { kind: 'response', status: first.status, reason: first.reason, headers, body: content };
}

/** Reads every header line into `headers`; the reason when one is refused. */
function readHeaders(text: string, headers: SipHeader[]): string | null {
  let from = 0;
  while (from < text.length) {
    if (headers.length >= MAX_HEADER_LINES) return 'too many header lines';
    let end = lineEndAfter(text, from);
    if (end < 0) return 'carriage return or line feed alone';
    if (end - from > MAX_LINE_LENGTH) return 'header line too long';
    if (end < text.length && isBlankCode(text.charCodeAt(end + 2))) {
      const unfolded = unfold(text, from, end);
      if (typeof unfolded === 'string') return unfolded;
      if (!readHeader(unfolded.line, 0, unfolded.line.length, headers)) return 'malformed header line';
      end = unfolded.end;
    } else if (!readHeader(text, from, end, headers)) return 'malformed header line';
    from = end + 2;
  }
  return null;
}

type Unfolded = { readonly line: string; readonly end: number };

/** RFC 3261 7.3.1: a line that begins with a blank goes on with the one before; the fold is one blank. */
function unfold(text: string, start: number, firstEnd: number): Unfolded | string {
  const parts = [trimBlanks(text.slice(start, firstEnd))];
  let end = firstEnd;
  let length = end - start;
  while (end < text.length && isBlankCode(text.charCodeAt(end + 2))) {
    const from = end + 2;
    end = lineEndAfter(text, from);
    if (end < 0) return 'carriage return or line feed alone';
    const part = trimBlanks(text.slice(from, end));
    length += part.length + 1;
    if (length > MAX_LINE_LENGTH) return 'header line too long';
    if (part !== '') parts.push(part);
  }
  return { line: parts.join(' '), end };
}

/** Reads `name: value` between two indices; false when there is no name or no colon. */
function readHeader(text: string, from: number, end: number, headers: SipHeader[]): boolean {
  const nameEnd = skipToken(text, from);
  const colon = skipBlanks(text, nameEnd);
  if (nameEnd === from || colon >= end || text.charCodeAt(colon) !== 0x3a) return false;
  const valueStart = skipBlanks(text, colon + 1);
  let valueEnd = end;
  while (valueEnd > valueStart && isBlankCode(text.charCodeAt(valueEnd - 1))) valueEnd--;
  headers.push({
    name: expandHeaderName(text.slice(from, nameEnd)),
    value: text.slice(valueStart, valueEnd),
  });
  return true;
}

/** The index of the line end at or after `from`, the text's length on the last line, -1 when CR or LF stands alone. */
function lineEndAfter(text: string, from: number): number {
  const cr = text.indexOf('\r', from);
  const lf = text.indexOf('\n', from);
  if (cr === -1 && lf === -1) return text.length;
  return lf === cr + 1 && cr !== -1 ? cr : -1;
}

function refuse(
  reason: string,
  status: number | null,
  line: RequestLine | null,
  headerText: string,
): ParseResult {
  const partial = line === null ? null : partialRequest(line, headerText);
  const answered = partial !== null && isAnswerable(partial) ? status : null;
  return { ok: false, error: { reason, status: answered, partial } };
}
