import { isBlankCode, skipBlanks, skipQuoted, skipToken } from './characters.ts';
import type { Params } from './parameters.ts';

/** One challenge or one set of credentials (RFC 3261 20.7, 20.44): parameter values as written. */
export type AuthValue = { readonly scheme: string; readonly params: Params };

type Scanned = { readonly name: string; readonly value: string; readonly end: number };

/**
 * Reads WWW-Authenticate, Proxy-Authenticate, Authorization or Proxy-Authorization: `scheme name=value, …`,
 * and any more after a comma. Null when malformed, which a scheme without parameters is as well.
 */
export function parseAuthValues(value: string): AuthValue[] | null {
  const values: AuthValue[] = [];
  let params = new Map<string, string | null>();
  let i = skipBlanks(value, 0);
  for (let first = true; ; first = false) {
    const word = skipToken(value, i);
    if (word === i) return null;
    const afterWord = skipBlanks(value, word);
    if (value.charCodeAt(afterWord) !== 0x3d) {
      // Not followed by '=': the name of a scheme, which a blank ends.
      if (afterWord === word) return null;
      params = new Map();
      values.push({ scheme: value.slice(i, word), params });
      i = afterWord;
    } else if (first) return null;
    const param = scanAuthParam(value, i);
    if (param === null) return null;
    if (!params.has(param.name)) params.set(param.name, param.value);
    if (param.end === value.length) return values;
    i = skipBlanks(value, param.end + 1);
  }
}

/** Reads Authentication-Info: `name=value, …`; null when malformed. */
export function parseAuthParams(value: string): Params | null {
  const params = new Map<string, string | null>();
  let i = skipBlanks(value, 0);
  for (;;) {
    const param = scanAuthParam(value, i);
    if (param === null) return null;
    if (!params.has(param.name)) params.set(param.name, param.value);
    if (param.end === value.length) return params;
    i = skipBlanks(value, param.end + 1);
  }
}

/** `name = value` up to the end or a comma; the value is a quoted string or visible and not empty. */
function scanAuthParam(text: string, from: number): Scanned | null {
  const nameEnd = skipToken(text, from);
  const equals = skipBlanks(text, nameEnd);
  if (nameEnd === from || text.charCodeAt(equals) !== 0x3d) return null;
  const start = skipBlanks(text, equals + 1);
  const end = text.charCodeAt(start) === 0x22 ? skipQuoted(text, start) : skipVisible(text, start);
  if (end <= start) return null;
  const next = skipBlanks(text, end);
  if (next < text.length && text.charCodeAt(next) !== 0x2c) return null;
  return { name: text.slice(from, nameEnd).toLowerCase(), value: text.slice(start, end), end: next };
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
