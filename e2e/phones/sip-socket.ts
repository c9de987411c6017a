import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { MAX_MESSAGE } from './sip-message.ts';

/** The way between a phone and its exchange: whole SIP messages as text. */
export type SipSocket = {
  readonly protocol: 'UDP' | 'TCP';
  readonly host: string;
  readonly port: number;
  send(text: string): void;
  close(): Promise<void>;
};

type Address = { readonly host: string; readonly port: number };

/** A UDP socket on loopback; what comes from anywhere but the exchange is passed over. */
export async function openUdp(exchange: Address, receive: (text: string) => void): Promise<SipSocket> {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    if (from.port === exchange.port && from.address === exchange.host) receive(message.toString('utf8'));
  });
  // An exchange that is not there answers by ICMP; to the phone that is the same as no answer.
  socket.on('error', () => {});
  socket.bind(0, exchange.host);
  await once(socket, 'listening');
  let open = true;
  return {
    protocol: 'UDP',
    host: exchange.host,
    port: socket.address().port,
    send: (text) => {
      if (open) socket.send(text, exchange.port, exchange.host);
    },
    close: async () => {
      if (!open) return;
      open = false;
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** A TCP connection to the exchange, over which the exchange calls the phone too. */
export async function openTcp(exchange: Address, receive: (text: string) => void): Promise<SipSocket> {
  const socket = connect(exchange.port, exchange.host);
  socket.on('error', () => {});
  await once(socket, 'connect');
  let buffered = '';
  // One char per byte, so that Content-Length counts chars.
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    const { messages, rest } = splitStream(buffered + chunk);
    buffered = rest;
    for (const message of messages) receive(Buffer.from(message, 'latin1').toString('utf8'));
  });
  return {
    protocol: 'TCP',
    host: exchange.host,
    port: socket.localPort ?? 0,
    send: (text) => {
      if (!socket.destroyed) socket.write(text);
    },
    close: async () => {
      if (socket.destroyed) return;
      socket.destroy();
      await once(socket, 'close');
    },
  };
}

/** Cuts a stream into messages by their Content-Length (RFC 3261 section 18.3). Throws when one is too long. */
export function splitStream(stream: string): { readonly messages: string[]; readonly rest: string } {
  const messages: string[] = [];
  let rest = stream.replace(/^(\r\n)+/, '');
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) break;
    const length = Number(/\r\n(?:Content-Length|l)\s*:\s*(\d+)/i.exec(rest.slice(0, end))?.[1] ?? 0);
    const total = end + 4 + length;
    if (total > MAX_MESSAGE) throw new Error('message too long');
    if (rest.length < total) break;
    messages.push(rest.slice(0, total));
    rest = rest.slice(total).replace(/^(\r\n)+/, '');
  }
  if (rest.length > MAX_MESSAGE) throw new Error('message too long');
  return { messages, rest };
}
