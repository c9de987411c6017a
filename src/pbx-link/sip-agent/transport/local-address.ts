import { createSocket } from 'node:dgram';
import type { Clock } from '../clock.ts';

/** How long an answer holds: a PC that changed its network is noticed with the next request after that. */
const CACHE_MS = 2_000;
const MAX_CACHED = 256;

export type LocalAddress = (peerAddress: string) => string | Promise<string>;

/**
 * Tells by which own IPv4 address a peer is reached: the system chooses it when a UDP socket is connected (nothing is
 * sent). Falls back to the loopback address if the peer cannot be reached at all: the transport will then say so.
 */
export function createLocalAddress(clock: Clock): LocalAddress {
  const cache = new Map<string, { readonly address: string; readonly until: number }>();
  return (peerAddress) => {
    const known = cache.get(peerAddress);
    if (known && known.until > clock.now()) return known.address;
    return addressByRoute(peerAddress).then((address) => {
      if (cache.size >= MAX_CACHED) cache.clear();
      cache.set(peerAddress, { address, until: clock.now() + CACHE_MS });
      return address;
    });
  };
}

function addressByRoute(peerAddress: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const done = (address: string) => {
      socket.close();
      resolve(address);
    };
    socket.once('error', () => done('127.0.0.1'));
    socket.connect(9, peerAddress, () => done(socket.address().address));
  });
}
