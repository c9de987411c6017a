import { isBlankCode, skipBlanks, skipQuoted, skipToken } from './characters.ts';

/**
 * Parameters of a header value or URI: name in lower case → value as written (a quoted string keeps its
 * quotes, see `unquote`), or null for a name alone.
 */
export type Params = ReadonlyMap<string, string | null>;

export const NO_PARAMS: Params = new Map();

/** Where reading stopped, and what was read; `end` is -1 when the text is malformed. */
export type ScannedParams = { readonly params: Params; readonly end: number };

const MALFORMED: ScannedParams = { params: NO_PARAMS, end: -1 };

/**
 * Reads `*( SEMI generic-param )` (RFC 3261 25.1) from `from`; stops at the end or at a comma. Of a name
 * given twice the first counts, as RFC 3261 7.3.1 forbids the second.
 */
export function scanParams(text: string, from: number): ScannedParams {
  let i = skipBlanks(text, from);
  if (i >= text.length || text.charCodeAt(i) === 0x2c) return { params: NO_PARAMS, end: i };
  const params = new Map<string, string | null>();
  while (i < text.length && text.charCodeAt(i) !== 0x2c) {
    if (text.charCodeAt(i) !== 0x3b) return MALFORMED;
    const nameStart = skipBlanks(text, i + 1);
    const nameEnd = skipToken(text, nameStart);
    if (nameEnd === nameStart) return MALFORMED;
    const name = text.slice(nameStart, nameEnd).toLowerCase();
    i = skipBlanks(text, nameEnd);
    let value: string | null = null;
    if (text.charCodeAt(i) === 0x3d) {
      const valueStart = skipBlanks(text, i + 1);
      const valueEnd = skipParamValue(text, valueStart);
      if (valueEnd <= valueStart) return MALFORMED;
      value = text.slice(valueStart, valueEnd);
      i = skipBlanks(text, valueEnd);
    }
    if (!params.has(name)) params.set(name, value);
  }
  return { params, end: i };
}

/** token / host / quoted-string; any visible ASCII that cannot end the parameter is let through. */
function skipParamValue(text: string, from: number): number {
  if (text.charCodeAt(from) === 0x22) return skipQuoted(text, from);
  let i = from;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x3b || code === 0x2c || isBlankCode(code)) break;
    if (code < 0x21 || code > 0x7e || code === 0x22 || code === 0x3c || code === 0x3e) return -1;
  }
  return i;
}

/** The parameters as they go on the wire, each with its semicolon. */
export function formatParams(params: Params): string {
  let text = '';
  for (const [name, value] of params) text += value === null ? `;${name}` : `;${name}=${value}`;
  return text;
}
