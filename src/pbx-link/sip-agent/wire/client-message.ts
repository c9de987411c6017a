import type { SipHeader } from '../message/sip-message.ts';
import { headerName } from './header-name.ts';

/** A SIP message as drachtio-srf sends it: without what the agent fills in. */
export type PartialMessage =
  | {
      readonly kind: 'request';
      readonly method: string;
      readonly uri: string;
      readonly headers: readonly SipHeader[];
      readonly body: Buffer;
    }
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly reason: string;
      readonly headers: readonly SipHeader[];
      readonly body: Buffer;
    };

export type PartialRequest = Extract<PartialMessage, { kind: 'request' }>;
export type PartialResponse = Extract<PartialMessage, { kind: 'response' }>;

/** One frame of a client: `<id>|<verb>|<field>…` and, for some verbs, a partial SIP message. */
export type ClientMessage = {
  readonly id: string;
  readonly verb: string;
  readonly fields: readonly string[];
  readonly sip: PartialMessage | null;
};

const EMPTY = Buffer.alloc(0);

/** Parses one payload. Returns null if it has no id and verb or its SIP part has no start line. */
export function parseClientMessage(payload: Buffer): ClientMessage | null {
  const cut = payload.indexOf('\r\n');
  const [id, verb, ...fields] = payload.toString('utf8', 0, cut < 0 ? payload.length : cut).split('|');
  if (!id || !verb || id.length > 128) return null;
  if (cut < 0) return { id, verb, fields, sip: null };
  const sip = parsePartial(payload.subarray(cut + 2));
  return sip === null ? null : { id, verb, fields, sip };
}

/**
 * The SIP part. Its Content-Length is not read: drachtio-srf counts UTF-16 units there, so the body is whatever follows
 * the blank line.
 */
function parsePartial(bytes: Buffer): PartialMessage | null {
  const end = bytes.indexOf('\r\n\r\n');
  const lines = bytes.toString('utf8', 0, end < 0 ? bytes.length : end).split(/\r?\n/);
  const body = end < 0 ? EMPTY : bytes.subarray(end + 4);
  const startLine = lines[0] ?? '';
  const headers: SipHeader[] = [];
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    headers.push({ name: headerName(line.slice(0, colon).trim()), value: line.slice(colon + 1).trim() });
  }
  const response = /^SIP\/2\.0 (\d{3})(?: (.*))?$/.exec(startLine);
  if (response) {
    return { kind: 'response', status: Number(response[1]), reason: response[2] ?? '', headers, body };
  }
  const request = /^([A-Za-z0-9.!%*_+`'~-]{1,32}) (\S+) SIP\/2\.0$/.exec(startLine);
  if (!request) return null;
  return { kind: 'request', method: request[1] ?? '', uri: request[2] ?? '', headers, body };
}
