import { skipBlanks, skipToken } from './characters.ts';
import { type Params, parseParams } from './parameters.ts';

/** A Content-Type or one range of Accept (RFC 3261 20.15): type and subtype in lower case. */
export type MediaType = { readonly type: string; readonly subtype: string; readonly params: Params };

/** Reads `type/subtype;params`; null when malformed. */
export function parseMediaType(value: string): MediaType | null {
  const typeStart = skipBlanks(value, 0);
  const typeEnd = skipToken(value, typeStart);
  const slash = skipBlanks(value, typeEnd);
  if (typeEnd === typeStart || value.charCodeAt(slash) !== 0x2f) return null;
  const subtypeStart = skipBlanks(value, slash + 1);
  const subtypeEnd = skipToken(value, subtypeStart);
  if (subtypeEnd === subtypeStart) return null;
  const params = parseParams(value, subtypeEnd);
  if (params === null) return null;
  return {
    type: value.slice(typeStart, typeEnd).toLowerCase(),
    subtype: value.slice(subtypeStart, subtypeEnd).toLowerCase(),
    params,
  };
}

/** True when an Accept range covers the type `type/subtype` (lower case), as `*` or `type/*` do. */
export function accepts(range: MediaType, type: string, subtype: string): boolean {
  if (range.type === '*') return range.subtype === '*';
  return range.type === type && (range.subtype === '*' || range.subtype === subtype);
}
