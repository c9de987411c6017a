import { connect, createServer, type Socket } from 'node:net';
import type { Clock, Timer } from '../clock.ts';
import type { Connection, Receive } from './flow.ts';
import { createStreamFramer } from './stream-framer.ts';

/** Connections, inward and outward together. An exchange needs one. */
const MAX_CONNECTIONS = 256;
/** Bytes that may wait for a peer that does not read. */
const MAX_QUEUED_BYTES = 1024 * 1024;
/** A message that was begun must be complete within this time (64*T1, the life of a transaction). */
const PARTIAL_TIMEOUT_MS = 32_000;
const CONNECT_TIMEOUT_MS = 8_000;

export type TcpTransport = {
  readonly port: number;
  /** Sends on `connection` while it is open, else on the open connection to that peer, else on a new one. */
  send(
    bytes: Buffer,
    address: string,
    port: number,
    connection: Connection | undefined,
    failed: (code: string) => void,
  ): void;
  /** True if a connection to that peer is open already. */
  connected(address: string, port: number): boolean;
  close(): Promise<void>;
};

type Peer = Connection & {
  readonly socket: Socket;
  readonly send: (bytes: Buffer, failed: (code: string) => void) => void;
};

/** Listens for TCP and keeps the connections by peer. Rejects with the system's error, e.g. EADDRINUSE. */
export async function openTcpTransport(options: {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly receive: Receive;
  readonly dropped: (reason: string, peer: string) => void;
}): Promise<TcpTransport> {
  const peers = new Map<string, Peer>();
  const sockets = new Set<Socket>();
  /** Connections on which a whole message came, or which we opened ourselves. */
  const spoken = new WeakSet<Socket>();

  function adopt(socket: Socket, address: string, port: number): Peer {
    const key = `${address}:${port}`;
    const framer = createStreamFramer();
    let failures: ((code: string) => void)[] = [];
    let code = 'ECONNRESET';
    let partial: Timer | null = null;
    let ready = !socket.connecting;
    const peer: Peer = {
      socket,
      get open() {
        return !socket.destroyed && socket.writable;
      },
      write(bytes) {
        if (!peer.open || socket.writableLength > MAX_QUEUED_BYTES) return false;
        socket.write(bytes);
        return true;
      },
      send(bytes, failed) {
        if (!peer.write(bytes)) return failed(peer.open ? 'ENOBUFS' : code);
        // Only until the connection stands does its failure mean that the message did not leave.
        if (!ready) failures.push(failed);
      },
    };
    const ended = () => {
      partial?.cancel();
      sockets.delete(socket);
      if (peers.get(key) === peer) peers.delete(key);
      const waiting = failures;
      failures = [];
      for (const failed of waiting) failed(code);
    };
    sockets.add(socket);
    if (!peers.has(key)) peers.set(key, peer);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.on('connect', () => {
      ready = true;
      failures = [];
      socket.setTimeout(0);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      code = error.code ?? code;
    });
    socket.on('close', ended);
    socket.on('data', (chunk: Buffer) => {
      const read = framer.push(chunk);
      partial?.cancel();
      partial = null;
      for (let i = 0; i < read.keepAlives; i++) peer.write(Buffer.from('\r\n'));
      for (const message of read.messages)
        options.receive(message, { transport: 'tcp', address, port, connection: peer });
      if (read.messages.length > 0) spoken.add(socket);
      if (read.broken !== null) {
        options.dropped(read.broken, key);
        socket.destroy();
      } else if (framer.partial()) {
        partial = options.clock.setTimer(PARTIAL_TIMEOUT_MS, () => {
          options.dropped('incomplete', key);
          socket.destroy();
        });
      }
    });
    return peer;
  }

  /** Makes room: the oldest connection that has never brought a message goes. False when each has. */
  function closeSilent(): boolean {
    for (const socket of sockets) {
      if (spoken.has(socket) || socket.connecting) continue;
      options.dropped('silent-connection', `${socket.remoteAddress}:${socket.remotePort}`);
      sockets.delete(socket);
      socket.destroy();
      return true;
    }
    return false;
  }

  const server = createServer((socket) => {
    const address = socket.remoteAddress ?? '';
    const port = socket.remotePort ?? 0;
    if (sockets.size >= MAX_CONNECTIONS && !closeSilent()) {
      options.dropped('too-many-connections', `${address}:${port}`);
      socket.destroy();
      return;
    }
    adopt(socket, address, port);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', (error) => options.dropped(`listener: ${error.message}`, ''));
  const bound = server.address();

  return {
    port: bound !== null && typeof bound === 'object' ? bound.port : options.port,
    connected: (address, port) => peers.get(`${address}:${port}`)?.open === true,
    send(bytes, address, port, connection, failed) {
      if (connection?.open && connection.write(bytes)) return;
      const existing = peers.get(`${address}:${port}`);
      if (existing?.open) return existing.send(bytes, failed);
      if (sockets.size >= MAX_CONNECTIONS) return failed('EMFILE');
      const socket = connect({ host: address, port });
      spoken.add(socket);
      socket.setTimeout(CONNECT_TIMEOUT_MS, () => {
        if (socket.connecting) socket.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }));
      });
      peers.delete(`${address}:${port}`);
      adopt(socket, address, port).send(bytes, failed);
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
