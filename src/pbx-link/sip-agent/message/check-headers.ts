import { hasLineSeparator, hasStrayControl, isEvenlySpaced } from './characters.ts';
import { type HeaderRule, headerRule, RULE_COUNT } from './header-rules.ts';
import { MAX_BLANK_RUN, MAX_LIST_LENGTH } from './limits.ts';
import { normaliseHeader } from './normalise-header.ts';
import { completeDraft, emptyDraft, type HeaderDraft, type ParsedHeaders } from './parsed-headers.ts';
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

/** How many values and characters the lines of each header hold so far, by the index of its rule. */
type Tally = { readonly values: number[]; readonly lengths: number[] };

/**
 * Checks every header by its rule, and that the mandatory ones are there. The headers come back normalised,
 * without the malformed optional ones and those whose name a reader behind us would take for another.
 * `ascii` says that no header holds a character beyond ASCII. `spared` names a needed header that is left out
 * too when it is malformed: a response is not lost for a bad Date.
 */
export function checkHeaders(
  headers: readonly SipHeader[],
  ascii: boolean,
  spared: string | null,
): CheckedHeaders {
  const tally: Tally = { values: new Array(RULE_COUNT).fill(0), lengths: new Array(RULE_COUNT).fill(0) };
  const draft = emptyDraft();
  const kept: SipHeader[] = [];
  let dropped: DroppedHeader[] | null = null;
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i] as SipHeader;
    const rule = headerRule(header.name);
    const fault =
      rule === undefined ? freeFault(header) : ruledFault(rule, header.value, ascii, tally, draft);
    if (fault === null) {
      kept.push(rule === undefined ? header : normaliseHeader(rule, header, ascii));
      continue;
    }
    const needed =
      rule === undefined ? fault === CONTROL : rule.malformed === 'needed' && rule.name !== spared;
    if (needed) return { ok: false, reason: rule === undefined ? fault : `${rule.name} ${fault}` };
    dropped ??= [];
    dropped.push({ name: header.name, reason: fault });
  }
  const parsed = completeDraft(draft);
  if (typeof parsed === 'string') return { ok: false, reason: `${parsed} missing` };
  return { ok: true, headers: kept, dropped: dropped ?? NONE, parsed };
}

function ruledFault(
  rule: HeaderRule,
  value: string,
  ascii: boolean,
  tally: Tally,
  draft: HeaderDraft,
): string | null {
  const before = tally.values[rule.index] as number;
  if (before !== 0 && rule.single) return 'more than once';
  if (value.length > rule.maxLength) return 'too long';
  const length = (tally.lengths[rule.index] as number) + value.length + 1;
  if (length > MAX_LIST_LENGTH) return 'too many values';
  if (!isEvenlySpaced(value, MAX_BLANK_RUN) || (!ascii && hasLineSeparator(value))) return 'malformed';
  if (rule.kind === 'text' && hasStrayControl(value)) return 'malformed';
  const count = rule.read(value, draft);
  if (count === 0) return 'malformed';
  if (before + count > rule.maxValues) return 'too many values';
  tally.values[rule.index] = before + count;
  tally.lengths[rule.index] = length;
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
