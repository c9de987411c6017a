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
  const wanted = name.toLowerCase();
  for (const header of message.headers) {
    if (header.name.length === wanted.length && header.name.toLowerCase() === wanted) return header.value;
  }
  return undefined;
}

/** Every header line of that name in order, not split at commas. */
export function headersOf(message: SipMessage, name: string): string[] {
  const wanted = name.toLowerCase();
  return message.headers
    .filter((header) => header.name.toLowerCase() === wanted)
    .map((header) => header.value);
}
