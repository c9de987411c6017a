/** Character classes of RFC 3261 25.1 as one table: a bit per class, indexed by character code. */
const TOKEN = 1;
const HOST = 2;
const URI = 4;
const DIGIT = 8;
const SCHEME = 16;

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function classTable(): Uint8Array {
  const table = new Uint8Array(128);
  const mark = (characters: string, bit: number): void => {
    for (let i = 0; i < characters.length; i++) {
      const code = characters.charCodeAt(i);
      table[code] = (table[code] ?? 0) | bit;
    }
  };
  mark(`${ALPHANUMERIC}-.!%*_+\`'~`, TOKEN);
  // The underscore is not in the grammar of a hostname, yet private networks use it.
  mark(`${ALPHANUMERIC}-._`, HOST);
  mark(`${ALPHANUMERIC}-_.!~*'();/?:@&=+$,%[]#`, URI);
  mark('0123456789', DIGIT);
  mark(`${ALPHANUMERIC}+-.`, SCHEME);
  return table;
}

const TABLE = classTable();

function is(code: number, bit: number): boolean {
  return code < 128 && ((TABLE[code] as number) & bit) !== 0;
}

export const isTokenCode = (code: number): boolean => is(code, TOKEN);
export const isHostCode = (code: number): boolean => is(code, HOST);
export const isUriCode = (code: number): boolean => is(code, URI);
export const isDigitCode = (code: number): boolean => is(code, DIGIT);
export const isSchemeCode = (code: number): boolean => is(code, SCHEME);

/** True for SP and HTAB, all that linear white space can be once a header is unfolded. */
export function isBlankCode(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** The first index at or after `from` that is not SP or HTAB. */
export function skipBlanks(text: string, from: number): number {
  let i = from;
  while (i < text.length && isBlankCode(text.charCodeAt(i))) i++;
  return i;
}

/** The text without SP and HTAB at both ends; other white space of Unicode is text. */
export function trimBlanks(text: string): string {
  const start = skipBlanks(text, 0);
  let end = text.length;
  while (end > start && isBlankCode(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** The first index at or after `from` that is not a token character. */
export function skipToken(text: string, from: number): number {
  let i = from;
  while (i < text.length && isTokenCode(text.charCodeAt(i))) i++;
  return i;
}

/** True for a non-empty token (RFC 3261 25.1). */
export function isToken(text: string): boolean {
  return text.length > 0 && skipToken(text, 0) === text.length;
}

/**
 * The index after the closing quote of the quoted string that opens at `from`, or -1 when it never closes. A
 * backslash takes the next character with it, and only so a control character may stand in it (RFC 3261 25.1
 * quoted-pair, qdtext).
 */
export function skipQuoted(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) return i + 1;
    if (code === 0x5c) i++;
    else if (isControlCode(code)) return -1;
  }
  return -1;
}

/** True for a control character other than HTAB. */
function isControlCode(code: number): boolean {
  return code < 0x20 ? code !== 0x09 : code === 0x7f;
}

/** The text of a quoted string without its quotes and backslashes; other text is returned as it is. */
export function unquote(text: string): string {
  if (text.length < 2 || text.charCodeAt(0) !== 0x22) return text;
  const inner = text.slice(1, -1);
  if (!inner.includes('\\')) return inner;
  let plain = '';
  for (let i = 0; i < inner.length; i++) {
    if (inner.charCodeAt(i) === 0x5c && i + 1 < inner.length) i++;
    plain += inner[i];
  }
  return plain;
}

/** The text as a quoted string, with `"` and `\` escaped. */
export function quote(text: string): string {
  let escaped = '';
  for (const character of text) {
    if (character === '"' || character === '\\') escaped += '\\';
    escaped += character;
  }
  return `"${escaped}"`;
}

/** Decimal digits as a number; null when empty, not digits only, or above `max`. */
export function parseDecimal(text: string, max: number): number | null {
  if (text.length === 0) return null;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (!isDigitCode(code)) return null;
    value = value * 10 + (code - 0x30);
    if (value > max) return null;
  }
  return value;
}

/**
 * True when a control character stands in the text other than HTAB, or one that a backslash escapes inside a
 * quoted string (RFC 3261 25.1: only quoted-pair may hold them).
 */
export function hasStrayControl(text: string): boolean {
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) quoted = !quoted;
    else if (code === 0x5c && quoted) i++;
    else if (isControlCode(code)) return true;
  }
  return false;
}

/** True when no run of white space in the text, of whatever kind, is longer than `longest`. */
export function isEvenlySpaced(text: string, longest: number): boolean {
  // A longer run covers one of every `longest` + 1 characters: only there is it looked for.
  for (let i = longest; i < text.length; i += longest + 1) {
    if (!isWhite(text, i)) continue;
    let start = i;
    let end = i + 1;
    while (start > 0 && isWhite(text, start - 1)) start--;
    while (end < text.length && isWhite(text, end)) end++;
    if (end - start > longest) return false;
  }
  return true;
}

function isWhite(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code < 0x80 ? isBlankCode(code) : text.charAt(index).trim() === '';
}

/** True when the text holds one of Unicode's two line separators, at which regular expressions stop. */
export function hasLineSeparator(text: string): boolean {
  return text.includes('\u2028') || text.includes('\u2029');
}
