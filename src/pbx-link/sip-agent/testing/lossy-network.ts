import type { Flow } from '../transport/flow.ts';
import { nextHopOf } from '../transport/next-hop.ts';
import type { TransportLayer } from '../transport/transport-layer.ts';
import type { FakeClock } from './fake-clock.ts';

/** How bad the network is; shares from 0 to 1, delays in milliseconds. */
export type Weather = {
  readonly loss: number;
  readonly doubling: number;
  readonly shortestMs: number;
  readonly longestMs: number;
};

export const FAIR_WEATHER: Weather = { loss: 0, doubling: 0, shortestMs: 1, longestMs: 1 };

export type LossyNetwork = {
  /** A UDP transport at that address; what arrives is given to `receive`. */
  attach(address: string, receive: (bytes: Buffer, flow: Flow) => void): TransportLayer;
  /** Decides over single datagrams before the weather does: true loses it. */
  lose: (bytes: Buffer, from: string) => boolean;
  /** Every datagram that was sent, lost ones too. */
  readonly sent: { readonly at: number; readonly from: string; readonly text: string }[];
};

/** Datagrams between agents of one process on a fake clock, lost, doubled and reordered by seeded dice. */
export function createLossyNetwork(clock: FakeClock, random: () => number, weather: Weather): LossyNetwork {
  const receivers = new Map<string, (bytes: Buffer, flow: Flow) => void>();
  const network: LossyNetwork = {
    lose: () => false,
    sent: [],
    attach(address, receive) {
      receivers.set(address, receive);
      const local = { address, port: 5060 };
      return {
        udpPort: 5060,
        tcpPort: null,
        resolve(uri) {
          const hop = nextHopOf(uri);
          return { transport: 'udp', address: hop.host, port: hop.port, local };
        },
        localTowards: (flow) => ({ ...flow, local }),
        send(message, to) {
          network.sent.push({ at: clock.now(), from: address, text: message.bytes.toString() });
          if (network.lose(message.bytes, address)) return;
          const copies = random() < weather.doubling ? 2 : 1;
          for (let copy = 0; copy < copies; copy++) {
            if (random() < weather.loss) continue;
            const delay = weather.shortestMs + random() * (weather.longestMs - weather.shortestMs);
            clock.setTimer(delay, () =>
              receivers.get(to.address)?.(message.bytes, { transport: 'udp', address, port: 5060 }),
            );
          }
        },
        probe: () => {},
        close: async () => {},
      };
    },
  };
  return network;
}
