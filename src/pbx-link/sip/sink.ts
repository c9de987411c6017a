import { createSocket, type Socket } from 'node:dgram';
import type { Sink } from './leg.ts';

/** A UDP socket that hears and discards: the foreign address of held and muted legs, so that no port of another program is named. */
export class SinkSocket implements Sink {
  #socket: Socket | null = null;
  #port = 9;
  readonly #host: () => string;

  constructor(host: () => string) {
    this.#host = host;
  }

  open(): Promise<void> {
    const socket = createSocket('udp4');
    this.#socket = socket;
    return new Promise((resolve) => {
      // Without a socket the discard port stands in: the exchange then sends into nothing, which is heard the same.
      socket.on('error', () => resolve());
      socket.on('message', () => undefined);
      socket.bind(0, () => {
        this.#port = socket.address().port;
        socket.unref();
        resolve();
      });
    });
  }

  host(): string {
    return this.#host();
  }

  port(): number {
    return this.#port;
  }

  close(): void {
    this.#socket?.close();
    this.#socket = null;
  }
}
