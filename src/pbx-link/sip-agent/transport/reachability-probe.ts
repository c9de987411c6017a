import { createSocket, type Socket } from 'node:dgram';
import type { Clock } from '../clock.ts';

/** How long a probe listens for the system's refusal. */
const PROBE_MS = 3_000;
const MAX_PROBES = 64;

export type ReachabilityProbe = {
  /** Asks the system whether the peer's UDP port is closed; `refused` is called with ECONNREFUSED or the like if so. */
  probe(address: string, port: number, refused: (code: string) => void): void;
  close(): void;
};

/**
 * An unconnected UDP socket, which SIP needs, is never told of an ICMP "port unreachable". A connected one is: so when
 * a request stays unanswered, a second socket sends the peer a keep-alive (CRLF CRLF, which every SIP element ignores,
 * RFC 3261 7.5) and is told. Hence a dead exchange is known at the first retransmission and not after 32 s.
 */
export function createReachabilityProbe(clock: Clock): ReachabilityProbe {
  const running = new Map<
    string,
    { readonly socket: Socket; readonly waiting: ((code: string) => void)[] }
  >();

  function probe(address: string, port: number, refused: (code: string) => void): void {
    const key = `${address}:${port}`;
    const already = running.get(key);
    if (already) {
      already.waiting.push(refused);
      return;
    }
    if (running.size >= MAX_PROBES) return;
    const socket = createSocket('udp4');
    const waiting = [refused];
    running.set(key, { socket, waiting });
    const timer = clock.setTimer(PROBE_MS, () => end());
    const end = (code?: string) => {
      if (running.get(key)?.socket !== socket) return;
      running.delete(key);
      timer.cancel();
      socket.close();
      if (code !== undefined) for (const tell of waiting) tell(code);
    };
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'EIO'));
    socket.connect(port, address, () => {
      socket.send('\r\n\r\n', (error) => {
        if (error) end((error as NodeJS.ErrnoException).code ?? 'EIO');
      });
    });
  }

  return {
    probe,
    close() {
      for (const { socket } of running.values()) socket.close();
      running.clear();
    },
  };
}
