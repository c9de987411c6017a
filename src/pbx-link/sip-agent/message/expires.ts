import { parseDecimal } from './characters.ts';

/** RFC 3261 20.19: what a malformed value counts as, and the greatest one. */
const MALFORMED_EXPIRES = 3600;
const MAX_EXPIRES = 4_294_967_295;

/** Seconds of an Expires header or `expires` parameter; a malformed or overlarge value counts as 3600. */
export function parseExpires(value: string): number {
  return parseDecimal(value, MAX_EXPIRES) ?? MALFORMED_EXPIRES;
}
