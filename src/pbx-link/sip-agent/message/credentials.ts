import { isBlankCode, skipBlanks, skipQuoted, skipToken } from './characters.ts';
import type { Params } from './parameters.ts';

/** One challenge or one set of credentials (RFC 3261 20.7, 20.44): parameter values as written. */
export type AuthValue = { readonly scheme: string; readonly params: Params };

/**
 * Reads WWW-Authenticate, Proxy-Authenticate, Authorization or Proxy-Authorization: `scheme name=value, …`,
 * and any more after a comma. Null when malformed, which a scheme without parameters is as well.
 */
export function parseAuthValues(value: string): AuthValue[] | null {
  const values: AuthValue[] = [];
  return scanAuthValues(value, values) === 0 ? null : values;
}

/** How many challenges or credentials the value holds; 0 when it is malformed. */
export function countAuthValues(value: string): number {
  return scanAuthValues(value, null);
}

function scanAuthValues(value: string, into: AuthValue[] | null): number {
  let params: Map<string, string> | null = null;
  let count = 0;
  let i = skipBlanks(value, 0);
  for (;;) {
    const word = skipToken(value, i);
    const afterWord = skipBlanks(value, word);
    if (value.charCodeAt(afterWord) !== 0x3d) {
      // Not followed by '=': the name of a scheme, which a blank ends.
      if (word === i || afterWord === word) return 0;
      if (into !== null) {
        params = new Map();
        into.push({ scheme: value.slice(i, word), params });
      }
      count++;
      i = afterWord;
    } else if (count === 0) return 0;
    const end = scanAuthParam(value, i, params);
    if (end === -1) return 0;
    if (end === value.length) return count;
    i = skipBlanks(value, end + 1);
  }
}

/** Reads Authentication-Info: `name=value, …`; null when malformed. */
export function parseAuthParams(value: string): Params | null {
  const params = new Map<string, string>();
  let i = skipBlanks(value, 0);
  for (;;) {
    const end = scanAuthParam(value, i, params);
    if (end === -1) return null;
    if (end === value.length) return params;
    i = skipBlanks(value, end + 1);
  }
}

/**
 * Reads `name = value`, the value a quoted string or visible and not empty, into `into` if given. Gives the index
 * where the text ends or a comma stands, -1 when malformed.
 */
function scanAuthParam(text: string, from: number, into: Map<string, string> | null): number {
  const nameEnd = skipToken(text, from);
  const equals = skipBlanks(text, nameEnd);
  if (nameEnd === from || text.charCodeAt(equals) !== 0x3d) return -1;
  const start = skipBlanks(text, equals + 1);
  const end = text.charCodeAt(start) === 0x22 ? skipQuoted(text, start) : skipVisible(text, start);
  if (end <= start) return -1;
  const next = skipBlanks(text, end);
  if (next < text.length && text.charCodeAt(next) !== 0x2c) return -1;
  const name = into === null ? '' : text.slice(from, nameEnd).toLowerCase();
  if (into !== null && !into.has(name)) into.set(name, text.slice(start, end));
  return next;
}

function skipVisible(text: string, from: number): number {
  let i = from;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2c || isBlankCode(code)) break;
    if (code < 0x21 || code > 0x7e || code === 0x22) return -1;
  }
  return i;
}
