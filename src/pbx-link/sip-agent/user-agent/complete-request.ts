import type { SipHeader, SipRequest } from '../message/sip-message.ts';
import type { Destination } from '../transport/transport-layer.ts';

/** What the client may not decide: Via and the routes are the agent's, Content-Length is counted in bytes. */
const IGNORED = new Set([
  'via',
  'route',
  'rseq',
  'record-route',
  'content-length',
  'from',
  'to',
  'call-id',
  'cseq',
  'contact',
  'max-forwards',
]);

/** Requests that need a Contact: those that form a dialog or refresh its target (RFC 3261 8.1.1.8, RFC 6665 4.4). */
const WITH_CONTACT = new Set(['INVITE', 'SUBSCRIBE', 'REFER', 'NOTIFY', 'UPDATE']);

/** All that a request needs besides what the client wrote. */
export type Completion = {
  readonly method: string;
  readonly requestUri: string;
  readonly routes: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly sequence: number;
  readonly branch: string;
  readonly product: string | null;
};

type Written = { readonly headers: readonly SipHeader[]; readonly body: Buffer };

/** Fills in what drachtio-srf leaves out of a request. */
export function completeRequest(
  written: Written,
  completion: Completion,
  destination: Destination,
): SipRequest {
  const contact = given(written, 'contact');
  const headers: SipHeader[] = [
    { name: 'Via', value: viaFor(destination, completion.branch) },
    ...completion.routes.map((value) => ({ name: 'Route', value })),
    { name: 'Max-Forwards', value: given(written, 'max-forwards') ?? '70' },
    { name: 'From', value: withLocalHost(completion.from, destination) },
    { name: 'To', value: withLocalHost(completion.to, destination) },
    { name: 'Call-ID', value: completion.callId },
    { name: 'CSeq', value: `${completion.sequence} ${completion.method}` },
  ];
  if (contact !== undefined) headers.push({ name: 'Contact', value: contactValue(contact, destination) });
  else if (WITH_CONTACT.has(completion.method)) {
    headers.push({ name: 'Contact', value: defaultContact(destination) });
  }
  headers.push(...otherHeaders(written, destination, completion.product));
  return {
    kind: 'request',
    method: completion.method,
    uri: completion.requestUri,
    headers,
    body: written.body,
  };
}

/** The client's value of a header, by lower-case name. */
export function given(written: Written, name: string): string | undefined {
  return written.headers.find((header) => header.name.toLowerCase() === name)?.value;
}

/** The client's own headers, with the local host put in and what a body and the product need added. */
export function otherHeaders(
  written: Written,
  destination: Destination,
  product: string | null,
): SipHeader[] {
  const headers = written.headers
    .filter((header) => !IGNORED.has(header.name.toLowerCase()))
    .map((header) =>
      header.name.toLowerCase() === 'p-asserted-identity'
        ? { name: header.name, value: withLocalHost(header.value, destination) }
        : header,
    );
  if (product !== null && given(written, 'user-agent') === undefined) {
    headers.push({ name: 'User-Agent', value: product });
  }
  if (written.body.length > 0 && given(written, 'content-type') === undefined) {
    headers.push({ name: 'Content-Type', value: 'application/sdp' });
  }
  return headers;
}

/** True if a body comes without a Content-Type and is no SDP by which one could be told. */
export function lacksContentType(written: Written): boolean {
  if (written.body.length === 0 || given(written, 'content-type') !== undefined) return false;
  return written.body.toString('latin1', 0, 3) !== 'v=0';
}

export function viaFor(destination: Destination, branch: string): string {
  const { local, transport } = destination;
  return `SIP/2.0/${transport.toUpperCase()} ${local.address}:${local.port};branch=${branch};rport`;
}

export function defaultContact(destination: Destination): string {
  const { local, transport } = destination;
  return `<sip:${local.address}:${local.port}${transport === 'tcp' ? ';transport=tcp' : ''}>`;
}

/** `@localhost` stands for the address by which the peer reaches us, which the client cannot know. */
export function withLocalHost(value: string, destination: Destination): string {
  const { local } = destination;
  return value.replace(/@localhost(?::\d{1,5})?(?=[>;?,\s]|$)/g, `@${local.address}:${local.port}`);
}

/** A Contact with the local host in it; over TCP the peer must be told to come back by TCP. */
export function contactValue(value: string, destination: Destination): string {
  const replaced = withLocalHost(value, destination);
  if (destination.transport !== 'tcp' || replaced === value || /;transport=/i.test(replaced)) return replaced;
  const host = `@${destination.local.address}:${destination.local.port}`;
  return replaced.replace(host, `${host};transport=tcp`);
}
