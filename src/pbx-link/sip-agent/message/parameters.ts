import { isBlankCode, skipBlanks, skipQuoted, skipToken } from './characters.ts';

/**
 * Parameters of a header value or URI: name in lower case → value as written (a quoted string keeps its
 * quotes, see `unquote`), or null for a name alone.
 */
export type Params = ReadonlyMap<string, string | null>;

export const NO_PARAMS: Params = new Map();

/**
 * Reads `*( SEMI generic-param )` (RFC 3261 25.1) from `from` into `into`. Gives the index where the
 * text ends or a comma stands, -1 when malformed. Of a name given twice the first counts, as RFC 3261 7.3.1
 * forbids the second.
 */
export function scanParams(text: string, from: number, into: Map<string, string | null>): number {
  let i = skipBlanks(text, from);
  while (i < text.length && text.charCodeAt(i) !== 0x2c) {
    if (text.charCodeAt(i) !== 0x3b) return -1;
    const nameStart = skipBlanks(text, i + 1);
    const nameEnd = skipToken(text, nameStart);
    if (nameEnd === nameStart) return -1;
    i = skipBlanks(text, nameEnd);
    let valueStart = 0;
    let valueEnd = 0;
    if (text.charCodeAt(i) === 0x3d) {
      valueStart = skipBlanks(text, i + 1);
      valueEnd = skipParamValue(text, valueStart);
      if (valueEnd <= valueStart) return -1;
      i = skipBlanks(text, valueEnd);
    }
    const name = text.slice(nameStart, nameEnd).toLowerCase();
    if (!into.has(name)) into.set(name, valueEnd === 0 ? null : text.slice(valueStart, valueEnd));
  }
  return i;
}

/** The parameters from `from` to the end of the text; null when they are malformed or a comma follows. */
export function parseParams(text: string, from: number): Params | null {
  if (from >= text.length) return NO_PARAMS;
  const params = new Map<string, string | null>();
  return scanParams(text, from, params) === text.length ? params : null;
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
