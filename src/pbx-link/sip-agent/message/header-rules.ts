import { isTokenCode, parseDecimal, skipQuoted } from './characters.ts';
import { parseAuthParams, parseAuthValues } from './credentials.ts';
import { countVias, formatVia, parseCSeq, parseVia } from './header-grammar.ts';
import { MAX_BLANK_RUN, MAX_LIST_LENGTH, MAX_LIST_VALUES, MAX_STRUCTURED_LENGTH } from './limits.ts';
import { parseMediaType } from './media-type.ts';
import { countAddresses, formatNameAddr, parseNameAddrList } from './name-addr.ts';
import { parseSipDate } from './sip-date.ts';

/** What is asked of a header before the message is worked on. */
export type HeaderRule = {
  /** The long name. */
  readonly name: string;
  /** Its place in a row of counters. */
  readonly index: number;
  /** True when a message may hold one such line only (RFC 3261 7.3.1). */
  readonly single: boolean;
  /**
   * What becomes of a malformed value. Without a header that is `needed` the message cannot be worked on; one
   * that is `optional` is left out, as RFC 3261 8.2 recommends for what is not necessary for processing.
   */
  readonly malformed: 'needed' | 'optional';
  /** Most characters of one value, and of all lines together. */
  readonly maxLength: number;
  readonly maxTotal: number;
  readonly maxValues: number;
  /** How many values the line holds; 0 when it is malformed. */
  readonly count: (value: string) => number;
  /** The value as readers with a narrower grammar take it; the same when there is nothing to change. */
  readonly normalise: Normalise | null;
};

/** `ascii` says that the value holds no character beyond ASCII. */
export type Normalise = (value: string, ascii: boolean) => string;

const one = (sound: boolean): number => (sound ? 1 : 0);

const countAddress = (value: string): number => one(countAddresses(value) === 1);
const countContacts = (value: string): number => (value === '*' ? 1 : countAddresses(value));

const WORD_EXTRAS = '()<>:\\"/[]?{}@';

/** `word [ "@" word ]` (RFC 3261 25.1 callid). */
function countCallId(value: string): number {
  for (let i = 0; i < value.length; i++) {
    if (!isTokenCode(value.charCodeAt(i)) && !WORD_EXTRAS.includes(value.charAt(i))) return 0;
  }
  return one(value !== '');
}

/** RFC 3261 20.22: an integer from 0 to 255. */
const countHops = (value: string): number => one(parseDecimal(value, 255) !== null);
const countLength = (value: string): number => one(parseDecimal(value, Number.MAX_SAFE_INTEGER) !== null);
const countAny = (): number => 1;

/** The name SIP in capitals, as RFC 3261 7.1 has it sent. */
function normaliseVia(value: string): string {
  if (value.startsWith('SIP') && !value.includes(',')) return value;
  const vias = parseVia(value);
  if (vias.every((via) => via.protocol === 'SIP/2.0')) return value;
  return vias.map((via) => formatVia({ ...via, protocol: 'SIP/2.0' })).join(', ');
}

/** Puts the quotes that RFC 3261 25.1 asks for round a display name with characters beyond ASCII. */
function normaliseAddresses(value: string, ascii: boolean): string {
  if (ascii) return value;
  return hasBareInternational(value)
    ? (parseNameAddrList(value) ?? []).map(formatNameAddr).join(', ')
    : value;
}

function hasBareInternational(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code > 0x7f) return true;
    if (code === 0x22) {
      const end = skipQuoted(value, i);
      if (end === -1) return false;
      i = end - 1;
    }
  }
  return false;
}

type Shape = Pick<HeaderRule, 'single' | 'malformed' | 'count'> & { readonly maxValues?: number };

const SHAPES: ReadonlyArray<readonly [string, Shape]> = [
  ['Via', { single: false, malformed: 'needed', count: countVias }],
  ['From', { single: true, malformed: 'needed', count: countAddress }],
  ['To', { single: true, malformed: 'needed', count: countAddress }],
  ['Call-ID', { single: true, malformed: 'needed', count: countCallId }],
  ['CSeq', { single: true, malformed: 'needed', count: (value) => one(parseCSeq(value) !== null) }],
  ['Contact', { single: false, malformed: 'needed', count: countContacts }],
  ['Route', { single: false, malformed: 'needed', count: countAddresses }],
  ['Record-Route', { single: false, malformed: 'needed', count: countAddresses }],
  ['Content-Length', { single: true, malformed: 'needed', count: countLength }],
  [
    'Content-Type',
    { single: true, malformed: 'needed', count: (value) => one(parseMediaType(value) !== null) },
  ],
  ['Max-Forwards', { single: true, malformed: 'needed', count: countHops }],
  ['Refer-To', { single: true, malformed: 'needed', count: countAddress }],
  // RFC 3261 20.19: a malformed value counts as 3600, so any is let through.
  ['Expires', { single: true, malformed: 'needed', count: countAny }],
  ['Event', { single: true, malformed: 'needed', count: countAny }],
  ['Date', { single: true, malformed: 'needed', count: (value) => one(parseSipDate(value) !== null) }],
  ['Path', { single: false, malformed: 'optional', count: countAddresses }],
  ['Referred-By', { single: true, malformed: 'optional', count: countAddress }],
  ['P-Asserted-Identity', { single: false, malformed: 'optional', count: countAddresses, maxValues: 4 }],
  ['Remote-Party-ID', { single: false, malformed: 'optional', count: countAddresses, maxValues: 4 }],
  ['WWW-Authenticate', { single: false, malformed: 'optional', count: countAuthValues, maxValues: 16 }],
  ['Proxy-Authenticate', { single: false, malformed: 'optional', count: countAuthValues, maxValues: 16 }],
  ['Authorization', { single: false, malformed: 'optional', count: countAuthValues, maxValues: 16 }],
  ['Proxy-Authorization', { single: false, malformed: 'optional', count: countAuthValues, maxValues: 16 }],
  [
    'Authentication-Info',
    { single: false, malformed: 'optional', count: (value) => one(parseAuthParams(value) !== null) },
  ],
];

function countAuthValues(value: string): number {
  return parseAuthValues(value)?.length ?? 0;
}

function normaliserOf(count: HeaderRule['count']): HeaderRule['normalise'] {
  if (count === countVias) return normaliseVia;
  return count === countAddress || count === countAddresses || count === countContacts
    ? normaliseAddresses
    : null;
}

const RULES: ReadonlyMap<string, HeaderRule> = new Map(
  SHAPES.flatMap(([name, shape], index) => {
    const { single, malformed, count, maxValues = single ? 1 : MAX_LIST_VALUES } = shape;
    const maxLength = name === 'Content-Type' ? 512 : MAX_STRUCTURED_LENGTH;
    const normalise = normaliserOf(count);
    const rule = {
      name,
      index,
      single,
      malformed,
      maxLength,
      maxTotal: MAX_LIST_LENGTH,
      maxValues,
      count,
      normalise,
    };
    return [name, name.toLowerCase()].map((key): [string, HeaderRule] => [key, rule]);
  }),
);

/** Common headers without a rule, so that looking them up in the case they are written in settles it. */
const FREE_NAMES: ReadonlySet<string> = new Set([
  'Accept',
  'Allow',
  'Allow-Events',
  'Reason',
  'Require',
  'Server',
  'Session-Expires',
  'Subscription-State',
  'Supported',
  'User-Agent',
]);

/** The rule for a header of that name, in any case; undefined when nothing is asked of it. */
export function headerRule(name: string): HeaderRule | undefined {
  return RULES.get(name) ?? (FREE_NAMES.has(name) ? undefined : RULES.get(name.toLowerCase()));
}

/** The rules of the headers without which no message is worked on (RFC 3261 8.1.1, 8.2.6.2). */
export const MANDATORY: readonly HeaderRule[] = SHAPES.slice(0, 5).flatMap(
  ([name]) => headerRule(name) ?? [],
);

/** How many rules there are; each has an index below it. */
export const RULE_COUNT = SHAPES.length;

/** True when no run of white space in the value is beyond the bound. */
export function isEvenlySpaced(value: string): boolean {
  if (value.length <= MAX_BLANK_RUN) return true;
  let run = 0;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    run = code === 0x20 || code === 0x09 || (code > 0x7f && value.charAt(i).trim() === '') ? run + 1 : 0;
    if (run > MAX_BLANK_RUN) return false;
  }
  return true;
}

/** True when the text holds one of Unicode's two line separators, at which regular expressions stop. */
export function hasLineSeparator(text: string): boolean {
  return text.includes('\u2028') || text.includes('\u2029');
}
