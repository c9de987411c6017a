import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import type { Tally } from '../counters.ts';
import type { Client } from '../user-agent/client.ts';
import { type ClientMessage, parseClientMessage } from './client-message.ts';
import { createFrameReader } from './frame-reader.ts';
import { eventFrame, replyFrame } from './server-message.ts';

/** srf asks for at least v0.8.2 before it pings. */
const PROTOCOL_VERSION = 'v0.9.10';
const MAX_CLIENTS = 16;
/** A connection that has not shown the secret by then is closed. */
const AUTHENTICATION_MS = 10_000;
/** Bytes that may wait for a client that does not read. */
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;

export type AdminServer = {
  readonly port: number;
  readonly secret: string;
  close(): Promise<void>;
};

/** What an authenticated client asks for. `sip` answers by itself through `reply`. */
export type AdminService = {
  connected(client: Client): void;
  gone(client: Client): void;
  sip(client: Client, message: ClientMessage, reply: (frame: Buffer) => void): void;
  /** `protocol/address:port` of each listener, comma-joined, for the answer to authenticate. */
  hostports(): string;
};

/**
 * The port on which drachtio-srf connects: loopback only, and nothing is served before the secret is right. Unlike
 * drachtio-server any verb before it, as a wrong secret, ends the connection.
 */
export async function openAdminServer(service: AdminService, tally: Tally): Promise<AdminServer> {
  const secret = randomBytes(24).toString('base64url');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    if (sockets.size >= MAX_CLIENTS) {
      tally.dropped('too many clients', '');
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serveConnection(socket, secret, service, tally);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const bound = server.address();
  return {
    port: bound !== null && typeof bound === 'object' ? bound.port : 0,
    secret,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function serveConnection(socket: Socket, secret: string, service: AdminService, tally: Tally): void {
  const frames = createFrameReader();
  let client: Client | null = null;
  let corked = false;
  socket.setNoDelay(true);
  socket.setTimeout(AUTHENTICATION_MS, () => {
    tally.dropped('client without authentication', '');
    socket.destroy();
  });

  function write(frame: Buffer): void {
    if (socket.destroyed) return;
    if (socket.writableLength > MAX_QUEUED_BYTES) {
      tally.dropped('client does not read', '');
      socket.destroy();
      return;
    }
    // What one turn of the loop has to say leaves in one system call.
    if (!corked) {
      corked = true;
      socket.cork();
      process.nextTick(() => {
        corked = false;
        socket.uncork();
      });
    }
    socket.write(frame);
  }

  function end(reason: string): void {
    tally.dropped(reason, '');
    socket.end();
  }

  function onMessage(message: ClientMessage): void {
    if (client === null) {
      if (message.verb !== 'authenticate') return end('verb before authentication');
      if (!sameSecret(message.fields[0] ?? '', secret)) {
        write(replyFrame(message.id, ['NO', 'incorrect secret']));
        return end('incorrect secret');
      }
      socket.setTimeout(0);
      client = newClient(socket, write);
      service.connected(client);
      const hostports = service.hostports();
      write(replyFrame(message.id, ['OK', hostports, PROTOCOL_VERSION, hostports]));
      return;
    }
    const verb = message.fields[0]?.toLowerCase() ?? '';
    switch (message.verb) {
      case 'sip':
        return service.sip(client, message, write);
      case 'route':
        // srf sends its routes again at will: a set takes them as often as they come.
        if (client.routes.size < 64) client.routes.add(verb);
        return write(replyFrame(message.id, ['OK']));
      case 'remove_route':
        client.routes.delete(verb);
        return write(replyFrame(message.id, ['OK']));
      case 'ping':
        return write(replyFrame(message.id, ['OK', 'pong']));
      case 'authenticate':
        return write(replyFrame(message.id, ['NO', 'authenticated already']));
      case 'proxy':
        return write(replyFrame(message.id, ['NOK', 'this agent does not proxy']));
      default:
        return write(replyFrame(message.id, ['NO', 'unknown verb']));
    }
  }

  socket.on('data', (chunk: Buffer) => {
    try {
      for (const payload of frames.push(chunk)) {
        if (socket.destroyed || socket.writableEnded) return;
        const message = parseClientMessage(payload);
        if (message !== null) onMessage(message);
        else if (client === null) return end('verb before authentication');
        else {
          const id = payload.toString('latin1', 0, Math.max(0, payload.indexOf('|')));
          write(replyFrame(id, ['NO', 'malformed message']));
        }
      }
    } catch (error) {
      tally.dropped('client frame', String(error));
      socket.destroy();
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    if (client !== null) service.gone(client);
    client = null;
  });
}

function newClient(socket: Socket, write: (frame: Buffer) => void): Client {
  return {
    get open() {
      return !socket.destroyed && socket.writable;
    },
    routes: new Set(),
    event: (event) => write(eventFrame(event)),
  };
}

/** Compares in a time that tells nothing of where they differ. */
function sameSecret(given: string, secret: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(secret);
  return a.length === b.length && timingSafeEqual(a, b);
}
