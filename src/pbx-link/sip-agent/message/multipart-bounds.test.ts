import { expect, test } from 'vitest';
import { isBoundedMultipart } from './multipart-bounds.ts';

test('ordinary parts, even many or long ones', () => {
  const part = '--a\r\nContent-Type: text/plain\r\n\r\nhello\r\n';
  expect(isBoundedMultipart(part.repeat(1000))).toBe(true);
  expect(isBoundedMultipart(`${part}${'x'.repeat(60_000)}`)).toBe(true);
  expect(isBoundedMultipart(' '.repeat(60_000))).toBe(true);
});

test('white space behind the name of the header multiplied by the rest of the line', () => {
  expect(isBoundedMultipart(`Content-Type:${' '.repeat(2000)}x`)).toBe(false);
  expect(isBoundedMultipart(`Content-Type:${'\r\n'.repeat(2000)}x`)).toBe(false);
  expect(isBoundedMultipart(`Content-Type:${' '.repeat(20)}${'x'.repeat(40_000)}`)).toBe(false);
  expect(isBoundedMultipart('Content-Type: '.repeat(4000))).toBe(false);
});
