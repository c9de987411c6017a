import { isToken, isUriCode, parseDecimal } from './characters.ts';

export type RequestLine = { readonly kind: 'request'; readonly method: string; readonly uri: string };
export type StatusLine = { readonly kind: 'response'; readonly status: number; readonly reason: string };

/** Why a start line is refused; `request` is what could be read when it is a request all the same. */
export type StartLineError = {
  readonly kind: 'error';
  readonly reason: string;
  readonly status: number;
  readonly request: RequestLine | null;
};

/** Reads the first line of a message (RFC 3261 7.1, 7.2), without its line end. */
export function parseStartLine(line: string): RequestLine | StatusLine | StartLineError {
  return startsWithSip(line) ? parseStatusLine(line) : parseRequestLine(line);
}

function startsWithSip(line: string): boolean {
  return line.startsWith('SIP/') || line.slice(0, 4).toUpperCase() === 'SIP/';
}

/** `SIP/2.0 SP 3DIGIT SP reason`; the reason may be empty, and the blank before it missing. */
function parseStatusLine(line: string): StatusLine | StartLineError {
  const error = (reason: string): StartLineError => ({ kind: 'error', reason, status: 400, request: null });
  if (!isVersion(line.slice(0, 7)) || line.charCodeAt(7) !== 0x20)
    return error('response of another SIP version');
  const status = parseDecimal(line.slice(8, 11), 699);
  // A longer number must not be cut down to a valid code (RFC 4475 3.1.2.19).
  if (status === null || status < 100 || (line.length > 11 && line.charCodeAt(11) !== 0x20)) {
    return error('status code is not three digits from 100 to 699');
  }
  return { kind: 'response', status, reason: plainReason(line.slice(12)) };
}

/** A reason is only shown: what is neither text nor blank in it becomes a blank, and the response is not lost. */
function plainReason(reason: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return reason.replace(/[\0-\x1f\x7f\u2028\u2029]/g, ' ');
}

function isVersion(text: string): boolean {
  return text === 'SIP/2.0' || text.toUpperCase() === 'SIP/2.0';
}

/** `method SP Request-URI SP SIP/2.0` with single blanks and none at the end (RFC 3261 7.1). */
function parseRequestLine(line: string): RequestLine | StartLineError {
  const first = line.indexOf(' ');
  const last = line.lastIndexOf(' ');
  if (first > 0 && last > first) {
    const method = line.slice(0, first);
    const uri = line.slice(first + 1, last);
    const version = line.slice(last + 1);
    if (isToken(method) && isRequestUri(uri)) {
      const request: RequestLine = { kind: 'request', method, uri };
      if (isVersion(version)) return request;
      // RFC 3261 21.5.6: Version Not Supported.
      if (isOtherVersion(version))
        return { kind: 'error', reason: 'SIP version not supported', status: 505, request };
    }
  }
  return { kind: 'error', reason: 'malformed request line', status: 400, request: recognise(line) };
}

/** Visible ASCII of the URI grammar: no blank, no quote, no angle bracket, nothing beyond ASCII. */
function isRequestUri(uri: string): boolean {
  for (let i = 0; i < uri.length; i++) if (!isUriCode(uri.charCodeAt(i))) return false;
  return uri.length > 0;
}

function isOtherVersion(version: string): boolean {
  const dot = version.indexOf('.');
  return (
    version.slice(0, 4).toUpperCase() === 'SIP/' &&
    dot > 4 &&
    parseDecimal(version.slice(4, dot), 1_000_000) !== null &&
    parseDecimal(version.slice(dot + 1), 1_000_000) !== null
  );
}

/** A line that begins with a method and ends in a SIP version is a request, however odd what is between. */
function recognise(line: string): RequestLine | null {
  const trimmed = line.trim();
  const methodEnd = trimmed.search(/[ \t]/);
  const versionStart = Math.max(trimmed.lastIndexOf(' '), trimmed.lastIndexOf('\t')) + 1;
  if (methodEnd < 1 || versionStart <= methodEnd + 1) return null;
  const method = trimmed.slice(0, methodEnd);
  const version = trimmed.slice(versionStart);
  if (!isToken(method) || !(isVersion(version) || isOtherVersion(version))) return null;
  return { kind: 'request', method, uri: trimmed.slice(methodEnd, versionStart).trim() };
}
