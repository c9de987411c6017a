/** A header as it was written; compact forms are expanded to their long name, case is kept otherwise. */
export type SipHeader = { readonly name: string; readonly value: string };

export type SipRequest = {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
  readonly headers: readonly SipHeader[];
  readonly body: Buffer;
};

export type SipResponse = {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly SipHeader[];
  readonly body: Buffer;
};

export type SipMessage = SipRequest | SipResponse;

/** The first header of that name, in any case; undefined if there is none. */
export function headerOf(message: SipMessage, name: string): string | undefined {
  const { headers } = message;
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i] as SipHeader;
    if (isNamed(header, name)) return header.value;
  }
  return undefined;
}

/** Every header line of that name in order, not split at commas. */
export function headersOf(message: SipMessage, name: string): string[] {
  const values: string[] = [];
  const { headers } = message;
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i] as SipHeader;
    if (isNamed(header, name)) values.push(header.value);
  }
  return values;
}

/** Names are compared without regard to case (RFC 3261 7.3.1); lengths first, as that settles most. */
function isNamed(header: SipHeader, name: string): boolean {
  if (header.name.length !== name.length) return false;
  return header.name === name || header.name.toLowerCase() === name.toLowerCase();
}
