import { expect, test } from 'vitest';
import {
  hasStrayControl,
  isEvenlySpaced,
  isToken,
  parseDecimal,
  quote,
  skipQuoted,
  trimBlanks,
  unquote,
} from './characters.ts';

test('a token is made of letters, digits and fifteen marks', () => {
  expect(isToken("aZ09-.!%*_+`'~")).toBe(true);
  for (const text of ['', 'a b', 'a:', 'a/', '"a"', 'é', 'a\0']) expect(isToken(text)).toBe(false);
});

test('a quoted string ends at the first quote that no backslash escapes', () => {
  expect(skipQuoted('"a\\"b" c', 0)).toBe(6);
  expect(skipQuoted('"a\\\\" "', 0)).toBe(5);
  expect(skipQuoted('"a\\"', 0)).toBe(-1);
  expect(skipQuoted('"a\0"', 0)).toBe(-1);
  expect(skipQuoted('"a\\\0"', 0)).toBe(5);
});

test.each(['plain', 'with "quotes"', 'back\\slash', '王伟', ''])('quoting %j and back', (text) => {
  expect(unquote(quote(text))).toBe(text);
});

test('decimal digits up to a bound, leading zeros allowed', () => {
  expect(parseDecimal('0068', 255)).toBe(68);
  expect(parseDecimal('256', 255)).toBeNull();
  expect(parseDecimal('9'.repeat(400), Number.MAX_SAFE_INTEGER)).toBeNull();
  for (const text of ['', '-1', '+1', '1.0', ' 1', '٣']) expect(parseDecimal(text, 255)).toBeNull();
});

test('only blanks and tabs are trimmed', () => {
  expect(trimBlanks(' \t\ufeffa\u3000\t ')).toBe('\ufeffa\u3000');
});

test('runs of white space of any kind are found wherever they lie', () => {
  for (let offset = 0; offset < 40; offset++) {
    for (const blank of [' ', '\t', '\u3000']) {
      const text = (run: number): string => `${'a'.repeat(offset)}${blank.repeat(run)}b`;
      expect(isEvenlySpaced(text(16), 16)).toBe(true);
      expect(isEvenlySpaced(text(17), 16)).toBe(false);
    }
  }
});

test('a control character is at home in a quoted string behind a backslash only', () => {
  expect(hasStrayControl('a\tb "\\\x07"')).toBe(false);
  for (const text of ['a\0', '\x7f', '"\x07"', '\\\x07', '"a" \x01'])
    expect(hasStrayControl(text)).toBe(true);
});
