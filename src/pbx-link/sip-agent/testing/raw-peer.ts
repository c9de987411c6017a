import type { LossyNetwork } from './lossy-network.ts';

/** A peer that sends what a test writes, right or wrong. */
export type RawPeer = {
  readonly address: string;
  /** Start lines of what came, oldest first. */
  startLines(): string[];
  /** What came, whole. */
  readonly received: string[];
  /** Sends text with CRLF line ends to an address. */
  send(to: string, text: string): void;
};

export function createRawPeer(network: LossyNetwork, address: string): RawPeer {
  const received: string[] = [];
  const layer = network.attach(address, (bytes) => received.push(bytes.toString()));
  return {
    address,
    received,
    startLines: () => received.map((text) => text.split('\r\n')[0] ?? ''),
    send(to, text) {
      const bytes = Buffer.from(text.replaceAll(/\r?\n/g, '\r\n'));
      layer.send({ bytes, callId: '' }, { transport: 'udp', address: to, port: 5060 }, () => {});
    },
  };
}

export type RawRequest = {
  readonly method: string;
  readonly branch?: string;
  readonly fromTag?: string;
  readonly toTag?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly headers?: string;
  readonly via?: string;
  readonly body?: string;
};

/** A complete request from a raw peer to sip:bob at `to`. */
export function rawRequest(peer: RawPeer, to: string, request: RawRequest): string {
  const {
    method,
    branch = 'z9hG4bKraw1',
    fromTag = 'raw',
    callId = 'raw-call',
    cseq = 1,
    body = '',
  } = request;
  const tag = request.toTag === undefined ? '' : `;tag=${request.toTag}`;
  return [
    `${method} sip:bob@${to} SIP/2.0`,
    `Via: ${request.via ?? `SIP/2.0/UDP ${peer.address}:5060;branch=${branch}`}`,
    'Max-Forwards: 70',
    `From: <sip:raw@${peer.address}>;tag=${fromTag}`,
    `To: <sip:bob@${to}>${tag}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method}`,
    `Contact: <sip:raw@${peer.address}:5060>`,
    ...(request.headers === undefined ? [] : [request.headers]),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

/** The value of a header in raw text. */
export function rawHeader(text: string | undefined, name: string): string {
  const line = text?.split('\r\n').find((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return line?.slice(name.length + 1).trim() ?? '';
}

/** The To tag in raw text. */
export const rawToTag = (text: string | undefined): string =>
  /;tag=([^;\s]+)/.exec(rawHeader(text, 'To'))?.[1] ?? '';
