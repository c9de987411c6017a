import { createSocket } from 'node:dgram';
import type { Receive } from './flow.ts';

/** Datagrams that may wait in the process for the kernel before further ones are refused. */
const MAX_QUEUED_BYTES = 4 * 1024 * 1024;

export type UdpTransport = {
  readonly port: number;
  /** Sends one datagram to an IPv4 literal. `failed` is called with the error's code if the system refuses it. */
  send(bytes: Buffer, address: string, port: number, failed: (code: string) => void): void;
  close(): Promise<void>;
};

/** Binds a UDP socket. Rejects with the system's error, e.g. EADDRINUSE. */
export async function openUdpTransport(options: {
  readonly host: string;
  readonly port: number;
  readonly receive: Receive;
  readonly failed: (error: Error) => void;
}): Promise<UdpTransport> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: options.host, port: options.port, exclusive: true }, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  socket.on('error', options.failed);
  socket.on('message', (bytes, from) =>
    options.receive(bytes, { transport: 'udp', address: from.address, port: from.port }),
  );
  try {
    // A burst (a thousand lamps after a restart of the exchange) must wait in the kernel, not be lost in it.
    socket.setRecvBufferSize(4 * 1024 * 1024);
  } catch {
    // The system's own size stays: SIP over UDP retransmits what is lost.
  }
  return {
    port: socket.address().port,
    send(bytes, address, port, failed) {
      if (socket.getSendQueueSize() > MAX_QUEUED_BYTES) return failed('ENOBUFS');
      socket.send(bytes, port, address, (error) => {
        if (error) failed((error as NodeJS.ErrnoException).code ?? 'EIO');
      });
    },
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}
