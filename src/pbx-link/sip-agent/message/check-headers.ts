import {
  type HeaderRule,
  hasLineSeparator,
  headerRule,
  isEvenlySpaced,
  MANDATORY,
  type Normalise,
  RULE_COUNT,
} from './header-rules.ts';
import type { SipHeader } from './sip-message.ts';

/** A header that was left out of the message, and why. */
export type DroppedHeader = { readonly name: string; readonly reason: string };

export type CheckedHeaders =
  | { readonly ok: true; readonly headers: readonly SipHeader[]; readonly dropped: readonly DroppedHeader[] }
  | { readonly ok: false; readonly reason: string };

const NONE: readonly DroppedHeader[] = [];

/** What the lines of each header hold so far, by the index of its rule. */
type Tally = { readonly values: number[]; readonly lengths: number[] };

/**
 * Checks every header by its rule, and that the mandatory ones are there. The headers come back normalised,
 * without the malformed optional ones and those whose name a reader behind us would take for another.
 * `ascii` says that no header holds a character beyond ASCII. `spared` names one that is left out too when it is malformed: a response is not lost for a bad Date.
 */
export function checkHeaders(
  headers: readonly SipHeader[],
  ascii: boolean,
  spared: string | null,
): CheckedHeaders {
  const tally: Tally = { values: new Array(RULE_COUNT).fill(0), lengths: new Array(RULE_COUNT).fill(0) };
  const kept: SipHeader[] = [];
  const dropped: DroppedHeader[] = [];
  for (const header of headers) {
    const rule = headerRule(header.name);
    const fault = rule === undefined ? nameFault(header) : valueFault(rule, header.value, ascii, tally);
    if (fault === null) {
      kept.push(
        rule === undefined || rule.normalise === null ? header : normalised(rule.normalise, header, ascii),
      );
      continue;
    }
    if (rule !== undefined && rule.malformed === 'needed' && rule.name !== spared) {
      return { ok: false, reason: `${rule.name} ${fault}` };
    }
    dropped.push({ name: header.name, reason: fault });
  }
  for (const rule of MANDATORY)
    if (tally.values[rule.index] === 0) return { ok: false, reason: `${rule.name} missing` };
  return { ok: true, headers: kept, dropped: dropped.length === 0 ? NONE : dropped };
}

function valueFault(rule: HeaderRule, value: string, ascii: boolean, tally: Tally): string | null {
  if (rule.single && tally.values[rule.index] !== 0) return 'more than once';
  if (value.length > rule.maxLength) return 'too long';
  if (!isEvenlySpaced(value) || (!ascii && hasLineSeparator(value))) return 'malformed';
  const count = rule.count(value);
  if (count === 0) return 'malformed';
  const values = (tally.values[rule.index] ?? 0) + count;
  const length = (tally.lengths[rule.index] ?? 0) + value.length + 1;
  if (values > rule.maxValues || length > rule.maxTotal) return 'too many values';
  tally.values[rule.index] = values;
  tally.lengths[rule.index] = length;
  return null;
}

const ESCAPE = /%(?:[0-9a-f]{2}|u[0-9a-f]{4})/i;

/**
 * An escaped name (`%66rom`) is unknown and to be ignored (RFC 4475 3.1.1.5), yet there are readers that
 * unescape it; names of an object's own members trip up those that keep headers in one.
 */
function nameFault(header: SipHeader): string | null {
  if (header.name.includes('%') && ESCAPE.test(header.name)) return 'escaped name';
  const name = header.name.toLowerCase();
  if (name === '__proto__' || name === 'constructor') return 'reserved name';
  return null;
}

function normalised(normalise: Normalise, header: SipHeader, ascii: boolean): SipHeader {
  const value = normalise(header.value, ascii);
  return value === header.value ? header : { name: header.name, value };
}
