import { hasLineSeparator, hasStrayControl, isEvenlySpaced } from './characters.ts';
import { type HeaderRule, headerRule, RULE_COUNT } from './header-rules.ts';
import { MAX_BLANK_RUN, MAX_LIST_LENGTH } from './limits.ts';
import { normaliseHeader } from './normalise-header.ts';
import {
  emptyDraft,
  type HeaderDraft,
  isComplete,
  missingHeader,
  type ParsedHeaders,
} from './parsed-headers.ts';
import type { SipHeader } from './sip-message.ts';

/** A header that was left out of the message, and why. */
export type DroppedHeader = { readonly name: string; readonly reason: string };

export type CheckedHeaders =
  | {
      readonly ok: true;
      readonly headers: readonly SipHeader[];
      readonly dropped: readonly DroppedHeader[];
      readonly parsed: ParsedHeaders;
    }
  | { readonly ok: false; readonly reason: string };

const NONE: readonly DroppedHeader[] = [];

/** How many values the lines of each header hold so far, and how many characters, by twice the index of its rule. */
type Tally = number[];
const NOTHING_YET: readonly number[] = new Array(2 * RULE_COUNT).fill(0);

/** What is known of all headers together: that none holds a character beyond ASCII, or a line separator of Unicode. */
export type HeadTraits = { readonly ascii: boolean; readonly lineSeparators: boolean };

/**
 * Checks every header by its rule, and that the mandatory ones are there. The headers come back normalised,
 * without the malformed optional ones and those whose name a reader behind us would take for another.
 * `spared` names a needed header that is left out too when it is malformed: a response is not lost for a bad Date.
 */
export function checkHeaders(
  headers: readonly SipHeader[],
  traits: HeadTraits,
  spared: string | null,
): CheckedHeaders {
  const tally: Tally = NOTHING_YET.slice();
  const draft = emptyDraft();
  const kept: SipHeader[] = [];
  let dropped: DroppedHeader[] | null = null;
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i] as SipHeader;
    const rule = headerRule(header.name);
    const fault =
      rule === undefined ? freeFault(header) : ruledFault(rule, header.value, traits, tally, draft);
    if (fault === null) {
      kept.push(rule === undefined ? header : normaliseHeader(rule, header, traits.ascii));
      continue;
    }
    const needed =
      rule === undefined ? fault === CONTROL : rule.malformed === 'needed' && rule.name !== spared;
    if (needed) return { ok: false, reason: rule === undefined ? fault : `${rule.name} ${fault}` };
    dropped ??= [];
    dropped.push({ name: header.name, reason: fault });
  }
  if (!isComplete(draft)) return { ok: false, reason: `${missingHeader(draft)} missing` };
  return { ok: true, headers: kept, dropped: dropped ?? NONE, parsed: draft };
}

function ruledFault(
  rule: HeaderRule,
  value: string,
  traits: HeadTraits,
  tally: Tally,
  draft: HeaderDraft,
): string | null {
  const at = 2 * rule.index;
  const before = tally[at] as number;
  if (before !== 0 && rule.single) return 'more than once';
  if (value.length > rule.maxLength) return 'too long';
  const length = (tally[at + 1] as number) + value.length + 1;
  if (length > MAX_LIST_LENGTH) return 'too many values';
  if (!isEvenlySpaced(value, MAX_BLANK_RUN) || (traits.lineSeparators && hasLineSeparator(value)))
    return 'malformed';
  if (rule.kind === 'text' && hasStrayControl(value)) return 'malformed';
  const count = rule.read(value, draft);
  if (count === 0) return 'malformed';
  if (before + count > rule.maxValues) return 'too many values';
  tally[at] = before + count;
  tally[at + 1] = length;
  return null;
}

const CONTROL = 'control character';
const ESCAPE = /%(?:[0-9a-f]{2}|u[0-9a-f]{4})/i;

/**
 * An escaped name (`%66rom`) is unknown and to be ignored (RFC 4475 3.1.1.5), yet there are readers that
 * unescape it; names of an object's own members trip up those that keep headers in one.
 */
function freeFault({ name, value }: SipHeader): string | null {
  if (hasStrayControl(value)) return CONTROL;
  if (name.includes('%') && ESCAPE.test(name)) return 'escaped name';
  if (name.length !== 9 && name.length !== 11) return null;
  const lower = name.toLowerCase();
  return lower === '__proto__' || lower === 'constructor' ? 'reserved name' : null;
}
