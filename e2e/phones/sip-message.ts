/** SIP messages as text and back (RFC 3261 section 7). Only as much as a phone needs that talks to an exchange. */

export type SipHeader = readonly [name: string, value: string];

export type SipRequest = {
  readonly method: string;
  readonly uri: string;
  readonly headers: readonly SipHeader[];
  readonly body: string;
};

export type SipResponse = {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly SipHeader[];
  readonly body: string;
};

export type SipMessage = SipRequest | SipResponse;

export const MAX_MESSAGE = 65_535;

/** RFC 3261 section 20: the short forms of header names. */
const SHORT: Readonly<Record<string, string>> = {
  v: 'via',
  f: 'from',
  t: 'to',
  i: 'call-id',
  m: 'contact',
  l: 'content-length',
  c: 'content-type',
  k: 'supported',
  o: 'event',
  r: 'refer-to',
  b: 'referred-by',
  s: 'subject',
  x: 'session-expires',
};

/** Returns null for what is no SIP message, such as a keep-alive. */
export function parseMessage(text: string): SipMessage | null {
  if (text.length > MAX_MESSAGE) return null;
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [start = '', ...lines] = text
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = lines.map((line): SipHeader => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  const body = text.slice(end + 4);
  const response = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(start);
  if (response) return { status: Number(response[1]), reason: response[2] ?? '', headers, body };
  const request = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(start);
  if (request) return { method: request[1] ?? '', uri: request[2] ?? '', headers, body };
  return null;
}

export function formatMessage(message: SipMessage): string {
  const start =
    'method' in message
      ? `${message.method} ${message.uri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.reason}`;
  const headers = message.headers.map(([name, value]) => `${name}: ${value}`);
  return [start, ...headers, `Content-Length: ${Buffer.byteLength(message.body)}`, '', message.body].join(
    '\r\n',
  );
}

/** All values of a header, by its name in any case or short form. */
export function headersOf(message: Pick<SipMessage, 'headers'>, name: string): string[] {
  const wanted = name.toLowerCase();
  return message.headers
    .filter(([key]) => {
      const lower = key.toLowerCase();
      return lower === wanted || SHORT[lower] === wanted;
    })
    .map(([, value]) => value);
}

/** The first value of a header, or an empty string. */
export function headerOf(message: Pick<SipMessage, 'headers'>, name: string): string {
  return headersOf(message, name)[0] ?? '';
}

export function cseqOf(message: SipMessage): { readonly number: number; readonly method: string } {
  const [number = '0', method = ''] = headerOf(message, 'CSeq').split(/\s+/);
  return { number: Number(number), method };
}

/** A parameter of a header's value, outside of the angle brackets. */
export function paramOf(value: string, name: string): string {
  const outside = value.replace(/<[^>]*>/g, '');
  return new RegExp(`;\\s*${name}=([^;,\\s]+)`, 'i').exec(outside)?.[1] ?? '';
}

/** The address inside a From, To or Contact. */
export function addressOf(value: string): string {
  return /<([^>]*)>/.exec(value)?.[1] ?? value.split(';')[0]?.trim() ?? '';
}

export type Identity = { readonly number: string; readonly name: string };

/** Who a From or P-Asserted-Identity names. */
export function identityOf(value: string): Identity {
  const number = /^sips?:([^@;>]*)/.exec(addressOf(value))?.[1] ?? '';
  const name = /^\s*"((?:[^"\\]|\\.)*)"/.exec(value)?.[1] ?? /^([^<"]*)</.exec(value)?.[1]?.trim() ?? '';
  return { number, name: name.replace(/\\(.)/g, '$1') };
}
