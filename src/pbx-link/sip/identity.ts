import type { Origin, Party, Recall } from '../model/call.ts';
import type { ExchangeProfile } from '../profiles/exchange-profile.ts';
import type { SrfMessage } from './srf.ts';

const MAX_HEADER = 1024;
const MAX_NAME = 120;

/** Display name and user part of a name-addr header (RFC 3261 20.10); null if there is no SIP or tel address in it. */
export function readParty(header: string | undefined): Party | null {
  if (!header || header.length > MAX_HEADER) return null;
  const text = header.trim();
  const open = indexOutsideQuotes(text, '<');
  const address =
    open < 0 ? text : text.slice(open + 1, text.indexOf('>', open) < 0 ? undefined : text.indexOf('>', open));
  const uri = /^(sips?|tel):([^?]*)/i.exec(address.trim());
  if (!uri) return null;
  // The user part may have parameters of its own before the @ (RFC 3261 25.1, telephone-subscriber).
  const rest = uri[2] ?? '';
  const at = rest.indexOf('@');
  const user = at >= 0 ? rest.slice(0, at) : uri[1]?.toLowerCase() === 'tel' ? rest : '';
  const number = decode(user.split(';')[0]?.split(':')[0] ?? '');
  const name = open <= 0 ? '' : unquote(text.slice(0, open).trim());
  return { number, name: name.slice(0, MAX_NAME) };
}

/**
 * Who is calling: P-Asserted-Identity is what the exchange vouches for (RFC 3325), From what the caller says.
 * A name that only repeats the number is no name.
 */
export function callingParty(message: SrfMessage): Party {
  const asserted = readParty(firstOf(message.get('P-Asserted-Identity')));
  const from = readParty(message.get('From'));
  const number = asserted?.number || from?.number || '';
  const name = asserted?.name || from?.name || '';
  return { number: number === 'anonymous' ? '' : number, name: name === number ? '' : name };
}

/** The number that the caller dialled; the line's own where the exchange does not tell. */
export function calledNumber(message: SrfMessage, profile: ExchangeProfile, line: string): string {
  for (const name of profile.calledNumberHeaders) {
    const number = readParty(firstOf(message.get(name)))?.number;
    if (number) return number;
  }
  return readParty(message.get('To'))?.number || line;
}

export function originOf(
  message: SrfMessage,
  profile: ExchangeProfile,
  inside: (number: string) => boolean,
): Origin {
  const told =
    profile.originHeader === null ? undefined : message.get(profile.originHeader)?.trim().toLowerCase();
  if (told === 'inside' || told === 'outside') return told;
  return inside(callingParty(message).number) ? 'inside' : 'outside';
}

/** The exchange's own name for this caller, the same each time that he is delivered. */
export function callIdOf(message: SrfMessage, profile: ExchangeProfile): string | null {
  const value = profile.callIdHeader === null ? undefined : message.get(profile.callIdHeader)?.trim();
  return value && value.length <= MAX_HEADER ? value : null;
}

/** RFC 3261 20.26: the caller's own statement of urgency. */
export function priorityOf(message: SrfMessage): number {
  const value = message.get('Priority')?.trim().toLowerCase();
  return value === 'emergency' ? 3 : value === 'urgent' ? 2 : 0;
}

const RECALL_REASONS: Readonly<Record<string, Recall['reason']>> = {
  BUSY: 'busy',
  NOANSWER: 'no-answer',
  CHANUNAVAIL: 'unreachable',
  CONGESTION: 'unreachable',
};

/** Reads the profile's recall header: `8004;BUSY`, or `park;slot=701;parker=…`. */
export function recallOf(message: SrfMessage, profile: ExchangeProfile): Recall | null {
  const value = profile.recallHeader === null ? undefined : message.get(profile.recallHeader);
  if (!value || value.length > MAX_HEADER) return null;
  const [target = '', status = ''] = value.trim().split(';');
  if (target === 'park') {
    return { reason: 'park', target: /slot=([0-9*#]{1,20})/.exec(value)?.[1] ?? '' };
  }
  return {
    reason: RECALL_REASONS[status.trim().toUpperCase()] ?? 'returned',
    target: target.trim().slice(0, 64),
  };
}

function firstOf(header: string | undefined): string | undefined {
  if (header === undefined || header.length > MAX_HEADER) return undefined;
  const comma = indexOutsideQuotes(header, ',');
  return comma < 0 ? header : header.slice(0, comma);
}

function indexOutsideQuotes(text: string, wanted: string): number {
  let quoted = false;
  let bracket = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (quoted && c === '\\') i += 1;
    else if (c === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (c === wanted && !bracket) return i;
    else if (c === '<') bracket = true;
    else if (c === '>') bracket = false;
  }
  return -1;
}

function unquote(text: string): string {
  const inner = text.startsWith('"') && text.endsWith('"') && text.length > 1 ? text.slice(1, -1) : text;
  return inner.replace(/\\(.)/g, '$1');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
