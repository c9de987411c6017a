import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port of `host` that is free for UDP and TCP at this moment. */
export async function freePort(host: string): Promise<number> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const server = createServer();
    server.listen(0, host);
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const free = await isFreeForUdp(host, port);
    server.close();
    await once(server, 'close');
    if (free) return port;
  }
  throw new Error(`no port of ${host} is free`);
}

async function isFreeForUdp(host: string, port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    socket.bind(port, host);
    await once(socket, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    await new Promise<void>((resolve) => {
      socket.close(() => resolve());
    });
  }
}

/**
 * Ports for one exchange's RTP, below those that the system gives out. Two exchanges may get the same ones:
 * Asterisk passes over a port that is taken.
 */
export function rtpRange(): { readonly rtpStart: number; readonly rtpEnd: number } {
  const rtpStart = 10_000 + 2 * Math.floor(Math.random() * 10_000);
  return { rtpStart, rtpEnd: rtpStart + 1998 };
}
