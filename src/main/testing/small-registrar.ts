import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/**
 * As much of an exchange as a console needs to come up: it asks a REGISTER for credentials (RFC 3261 22.2) and takes
 * whatever comes then. Every other request gets 200, an INVITE 486.
 */
export type SmallRegistrar = {
  readonly port: number;
  /** The requests that came, whole. */
  readonly requests: readonly string[];
  close(): void;
};

export async function startSmallRegistrar(): Promise<SmallRegistrar> {
  const socket: Socket = createSocket('udp4');
  const requests: string[] = [];
  socket.on('message', (bytes, peer) => {
    const text = bytes.toString('utf8');
    const [first = '', ...lines] = text.split('\r\n');
    if (first.startsWith('SIP/2.0') || first.startsWith('ACK ')) return;
    requests.push(text);
    const header = (name: string) => lines.filter((line) => line.toLowerCase().startsWith(`${name}:`));
    const challenged = first.startsWith('REGISTER ') && header('authorization').length === 0;
    const status = challenged ? '401 Unauthorized' : first.startsWith('INVITE ') ? '486 Busy Here' : '200 OK';
    const answer = [
      `SIP/2.0 ${status}`,
      ...header('via'),
      ...header('from'),
      ...header('to').map((line) => (line.includes('tag=') ? line : `${line};tag=exchange`)),
      ...header('call-id'),
      ...header('cseq'),
      ...(challenged
        ? ['WWW-Authenticate: Digest realm="pbx", nonce="NONCE-OF-THE-TEST", algorithm=MD5']
        : []),
      ...(first.startsWith('REGISTER ') ? header('contact') : []),
      'Content-Length: 0',
      '',
      '',
    ];
    socket.send(answer.join('\r\n'), peer.port, peer.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address() as AddressInfo;
  return { port, requests, close: () => socket.close() };
}
