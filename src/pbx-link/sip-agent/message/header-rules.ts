import { isTokenCode, parseDecimal } from './characters.ts';
import { countAuthValues, parseAuthParams } from './credentials.ts';
import { parseCSeq, readVias } from './header-grammar.ts';
import { MAX_CONTENT_TYPE_LENGTH, MAX_LIST_VALUES, MAX_STRUCTURED_LENGTH } from './limits.ts';
import { parseMediaType } from './media-type.ts';
import { type NameAddr, readAddresses } from './name-addr.ts';
import type { HeaderDraft } from './parsed-headers.ts';
import { parseSipDate } from './sip-date.ts';

/** What is asked of a header before the message is worked on. */
export type HeaderRule = {
  /** The long name. */
  readonly name: string;
  /** Its place in a row of counters. */
  readonly index: number;
  /** What the value is made of, as far as it matters for what may be changed in it. */
  readonly kind: 'vias' | 'addresses' | 'text' | 'other';
  /** True when a message may hold one such line only (RFC 3261 7.3.1). */
  readonly single: boolean;
  /**
   * What becomes of a malformed value. Without a header that is `needed` the message cannot be worked on; one
   * that is `optional` is left out, as RFC 3261 8.2 recommends for what is not necessary for processing.
   */
  readonly malformed: 'needed' | 'optional';
  /** Most characters of one line, and most values of all lines together. */
  readonly maxLength: number;
  readonly maxValues: number;
  /** Reads the value into the draft; gives how many values the line holds, 0 when it is malformed. */
  readonly read: (value: string, draft: HeaderDraft) => number;
};

const one = (sound: boolean): number => (sound ? 1 : 0);

function readAddress(value: string): NameAddr | null {
  const addresses: NameAddr[] = [];
  return readAddresses(value, addresses) === 1 ? (addresses[0] ?? null) : null;
}

function readFrom(value: string, draft: HeaderDraft): number {
  draft.from = readAddress(value);
  return one(draft.from !== null);
}

function readTo(value: string, draft: HeaderDraft): number {
  draft.to = readAddress(value);
  return one(draft.to !== null);
}

function readContacts(value: string, draft: HeaderDraft): number {
  return value === '*' ? 1 : readAddresses(value, draft.contacts);
}

const WORD_EXTRAS = '()<>:\\"/[]?{}@';

/** `word [ "@" word ]` (RFC 3261 25.1 callid). */
function readCallId(value: string, draft: HeaderDraft): number {
  for (let i = 0; i < value.length; i++) {
    if (!isTokenCode(value.charCodeAt(i)) && !WORD_EXTRAS.includes(value.charAt(i))) return 0;
  }
  draft.callId = value;
  return one(value !== '');
}

function readCSeq(value: string, draft: HeaderDraft): number {
  draft.cseq = parseCSeq(value);
  return one(draft.cseq !== null);
}

function readContentLength(value: string, draft: HeaderDraft): number {
  draft.contentLength = parseDecimal(value, Number.MAX_SAFE_INTEGER);
  return one(draft.contentLength !== null);
}

function readContentType(value: string, draft: HeaderDraft): number {
  draft.contentType = parseMediaType(value);
  return one(draft.contentType !== null);
}

/** RFC 3261 20.22: an integer from 0 to 255. */
const readHops = (value: string): number => one(parseDecimal(value, 255) !== null);
const readDate = (value: string): number => one(parseSipDate(value) !== null);
const readAddressOnly = (value: string): number => one(readAddress(value) !== null);
const readAddressList = (value: string): number => readAddresses(value, []);
const readAuthParams = (value: string): number => one(parseAuthParams(value) !== null);
const readText = (): number => 1;

type Shape = Omit<HeaderRule, 'name' | 'index'>;

const NEEDED: Shape = {
  kind: 'other',
  single: true,
  malformed: 'needed',
  maxLength: MAX_STRUCTURED_LENGTH,
  maxValues: 1,
  read: readText,
};
const NEEDED_LIST: Shape = { ...NEEDED, kind: 'addresses', single: false, maxValues: MAX_LIST_VALUES };
const OPTIONAL_LIST: Shape = { ...NEEDED_LIST, malformed: 'optional', read: readAddressList };
/** As many realms or identities are asked for by nobody. */
const FEW = 16;
const CREDENTIALS: Shape = { ...OPTIONAL_LIST, kind: 'other', maxValues: FEW, read: countAuthValues };

const SHAPES: Readonly<Record<string, Shape>> = {
  Via: { ...NEEDED_LIST, kind: 'vias', read: (value, draft) => readVias(value, draft.vias) },
  From: { ...NEEDED, kind: 'addresses', read: readFrom },
  To: { ...NEEDED, kind: 'addresses', read: readTo },
  'Call-ID': { ...NEEDED, read: readCallId },
  CSeq: { ...NEEDED, read: readCSeq },
  Contact: { ...NEEDED_LIST, read: readContacts },
  Route: { ...NEEDED_LIST, read: (value, draft) => readAddresses(value, draft.routes) },
  'Record-Route': { ...NEEDED_LIST, read: (value, draft) => readAddresses(value, draft.recordRoutes) },
  'Content-Length': { ...NEEDED, read: readContentLength },
  'Content-Type': { ...NEEDED, maxLength: MAX_CONTENT_TYPE_LENGTH, read: readContentType },
  'Max-Forwards': { ...NEEDED, read: readHops },
  'Refer-To': { ...NEEDED, kind: 'addresses', read: readAddressOnly },
  // RFC 3261 20.19: a malformed value counts as 3600, so any is let through.
  Expires: { ...NEEDED, kind: 'text' },
  Event: { ...NEEDED, kind: 'text' },
  Date: { ...NEEDED, read: readDate },
  Path: OPTIONAL_LIST,
  'Referred-By': { ...OPTIONAL_LIST, single: true, maxValues: 1, read: readAddressOnly },
  'P-Asserted-Identity': { ...OPTIONAL_LIST, maxValues: FEW },
  'Remote-Party-ID': { ...OPTIONAL_LIST, maxValues: FEW },
  'WWW-Authenticate': CREDENTIALS,
  'Proxy-Authenticate': CREDENTIALS,
  Authorization: CREDENTIALS,
  'Proxy-Authorization': CREDENTIALS,
  'Authentication-Info': { ...CREDENTIALS, read: readAuthParams },
};

/** How many rules there are; each has an index below it. */
export const RULE_COUNT = Object.keys(SHAPES).length;

const RULES: ReadonlyMap<string, HeaderRule> = new Map(
  Object.entries(SHAPES).flatMap(([name, shape], index) => {
    const rule: HeaderRule = { ...shape, name, index };
    return [name, name.toLowerCase()].map((key): [string, HeaderRule] => [key, rule]);
  }),
);

/** Common headers without a rule, so that looking them up in the case they are written in settles it. */
const FREE_NAMES: ReadonlySet<string> = new Set([
  'Accept',
  'Allow',
  'Allow-Events',
  'Content-Disposition',
  'Min-SE',
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
