import type { SipMessage } from './sip-message.ts';

/**
 * The message as it goes on the wire. Content-Length is written once, last, from the bytes of the body
 * (RFC 3261 20.14), whatever the headers say; names and values are written as they are.
 */
export function serializeSipMessage(message: SipMessage): Buffer {
  let head =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0\r\n`
      : `SIP/2.0 ${message.status} ${message.reason}\r\n`;
  for (const { name, value } of message.headers) {
    if (name.length === 14 && name.toLowerCase() === 'content-length') continue;
    head += `${name}: ${value}\r\n`;
  }
  head += `Content-Length: ${message.body.length}\r\n\r\n`;
  if (message.body.length === 0) return Buffer.from(head, 'utf8');
  return Buffer.concat([Buffer.from(head, 'utf8'), message.body]);
}
