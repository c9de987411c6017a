import { expect, test } from 'vitest';
import { accepts, type MediaType, parseMediaType } from './media-type.ts';

test('type and subtype in lower case, parameters as written', () => {
  expect(parseMediaType('Multipart / MIXED ; Boundary="A b"')).toEqual({
    type: 'multipart',
    subtype: 'mixed',
    params: new Map([['boundary', '"A b"']]),
  });
  for (const value of ['', 'text', 'text/', '/plain', 'text/plain;', 'text/plain, text/html', 'text plain']) {
    expect(parseMediaType(value)).toBeNull();
  }
});

test.each([
  ['application/sdp', true],
  ['application/*;q=0.5', true],
  ['*/*', true],
  ['application/pidf+xml', false],
  ['*/sdp', false],
])('the range %s takes application/sdp: %s', (range, taken) => {
  expect(accepts(parseMediaType(range) as MediaType, 'application', 'sdp')).toBe(taken);
});
