import type { Clock } from '../clock.ts';
import type { Tally } from '../counters.ts';
import type { Flow, Receive, TransportName } from './flow.ts';
import { createLocalAddress } from './local-address.ts';
import { addressOf, type NextHop, nextHopOf, UnroutableError } from './next-hop.ts';
import { createReachabilityProbe } from './reachability-probe.ts';
import { openTcpTransport, type TcpTransport } from './tcp-transport.ts';
import { openUdpTransport, type UdpTransport } from './udp-transport.ts';

/** A resolved next hop, with the own address by which it is reached: the sent-by of Via and the host of Contact. */
export type Destination = Flow & { readonly local: { readonly address: string; readonly port: number } };

/** A message as it goes out, with what the traces want to know of it. */
export type Outgoing = {
  readonly bytes: Buffer;
  /** The method of a request, the status of a response. */
  readonly method?: string;
  readonly status?: number;
  readonly callId: string;
};

export type TraceEntry = {
  readonly direction: 'in' | 'out';
  readonly transport: TransportName;
  readonly peer: string;
  readonly bytes: Buffer;
  /** Milliseconds since 1970. */
  readonly at: number;
};

export type TransportLayer = {
  readonly udpPort: number | null;
  readonly tcpPort: number | null;
  /** Finds where a request to `uri` goes. Throws or rejects with UnroutableError, or with the resolver's error. */
  resolve(uri: string, bytesExpected: number): Destination | Promise<Destination>;
  /** The own address towards a peer, for responses. */
  localTowards(flow: Flow): Destination | Promise<Destination>;
  /** Hands a message to the socket; `failed` is called at most once, when the system says that it did not go. */
  send(message: Outgoing, to: Flow, failed: (code: string) => void): void;
  /** Asks whether a silent peer is there at all; see reachability-probe. */
  probe(to: Flow, refused: (code: string) => void): void;
  close(): Promise<void>;
};

export type TransportOptions = {
  readonly udp: { readonly host: string; readonly port: number } | null;
  readonly tcp: { readonly host: string; readonly port: number } | null;
  readonly localAddressFor?: ((peerHost: string) => string | Promise<string>) | undefined;
  readonly clock: Clock;
  readonly tally: Tally;
  readonly trace?: ((entry: TraceEntry) => void) | undefined;
  readonly receive: Receive;
  readonly published: (message: Outgoing) => void;
};

/**
 * RFC 3261 18.1.1: a request within 200 bytes of the path MTU, or over 1300 bytes when that is unknown, wants a
 * congestion-controlled transport.
 */
const LARGE_REQUEST_BYTES = 1_300;

/** Opens the sockets. Rejects with the system's error when an address is taken. */
export async function openTransportLayer(options: TransportOptions): Promise<TransportLayer> {
  const { clock, tally } = options;
  const probe = createReachabilityProbe(clock);
  const route = options.localAddressFor ?? createLocalAddress(clock);
  const receive: Receive = (bytes, flow) => {
    options.trace?.({
      direction: 'in',
      transport: flow.transport,
      peer: `${flow.address}:${flow.port}`,
      bytes,
      at: Date.now(),
    });
    options.receive(bytes, flow);
  };
  const { udp, tcp } = await openSockets(options, receive);

  function choose(hop: NextHop, address: string, bytesExpected: number): TransportName {
    if (hop.transport === 'udp' || (hop.transport === null && udp !== null)) {
      if (udp === null) throw new UnroutableError('requested protocol/transport not available');
      // 18.1.1 asks for TCP here, but an exchange that listens on UDP alone would then be lost: a large request goes by
      // TCP when a connection to that peer stands already, else as a fragmented datagram.
      const large = bytesExpected > LARGE_REQUEST_BYTES && hop.transport === null;
      return large && tcp?.connected(address, hop.port) ? 'tcp' : 'udp';
    }
    if (tcp === null) throw new UnroutableError('requested protocol/transport not available');
    return 'tcp';
  }

  function withLocal(flow: Flow): Destination | Promise<Destination> {
    const port = (flow.transport === 'udp' ? udp?.port : tcp?.port) ?? 5060;
    const bound = (flow.transport === 'udp' ? options.udp : options.tcp)?.host;
    if (bound !== undefined && bound !== '0.0.0.0' && options.localAddressFor === undefined) {
      return { ...flow, local: { address: bound, port } };
    }
    const here = (address: string): Destination => ({ ...flow, local: { address, port } });
    try {
      const address = route(flow.address);
      return typeof address === 'string' ? here(address) : address.then(here, unknownAddress);
    } catch (error) {
      return unknownAddress(error);
    }

    // Without an own address the message is still sent: `rport` brings the answer back (RFC 3581).
    function unknownAddress(error: unknown): Destination {
      tally.note('error', 'own address unknown', String(error));
      return here('127.0.0.1');
    }
  }

  return {
    udpPort: udp?.port ?? null,
    tcpPort: tcp?.port ?? null,
    resolve(uri, bytesExpected) {
      const hop = nextHopOf(uri);
      const flowTo = (address: string): Flow => ({
        transport: choose(hop, address, bytesExpected),
        address,
        port: hop.port,
      });
      const address = addressOf(hop.host);
      if (typeof address === 'string') return withLocal(flowTo(address));
      return address.then((found) => withLocal(flowTo(found)));
    },
    localTowards: withLocal,
    send(message, to, failed) {
      tally.sent();
      options.trace?.({
        direction: 'out',
        transport: to.transport,
        peer: `${to.address}:${to.port}`,
        bytes: message.bytes,
        at: Date.now(),
      });
      let told = false;
      const once = (code: string) => {
        if (told) return;
        told = true;
        tally.note('warn', `send failed: ${code}`, `${to.transport} ${to.address}:${to.port}`);
        failed(code);
      };
      if (to.transport === 'udp') {
        if (udp === null) return once('EPROTONOSUPPORT');
        udp.send(message.bytes, to.address, to.port, once);
      } else {
        if (tcp === null) return once('EPROTONOSUPPORT');
        tcp.send(message.bytes, to.address, to.port, to.connection, once);
      }
      options.published(message);
    },
    probe(to, refused) {
      if (to.transport === 'udp') probe.probe(to.address, to.port, refused);
    },
    async close() {
      probe.close();
      await Promise.all([udp?.close(), tcp?.close()]);
    },
  };
}

/** Both sockets on the same port when both ports are left to the system, so that one address serves for both. */
async function openSockets(
  options: TransportOptions,
  receive: Receive,
): Promise<{ readonly udp: UdpTransport | null; readonly tcp: TcpTransport | null }> {
  const { udp: udpAt, tcp: tcpAt, clock, tally } = options;
  const openUdp = (host: string, port: number) =>
    openUdpTransport({
      host,
      port,
      receive,
      failed: (error) => tally.note('error', 'UDP socket failed', error.message),
    });
  const openTcp = (host: string, port: number) =>
    openTcpTransport({ host, port, clock, receive, dropped: (reason, peer) => tally.dropped(reason, peer) });
  if (udpAt === null) return { udp: null, tcp: tcpAt && (await openTcp(tcpAt.host, tcpAt.port)) };
  if (tcpAt === null) return { udp: await openUdp(udpAt.host, udpAt.port), tcp: null };
  const shared = udpAt.port === 0 && tcpAt.port === 0;
  for (let attempt = 1; ; attempt++) {
    const udp = await openUdp(udpAt.host, udpAt.port);
    try {
      return { udp, tcp: await openTcp(tcpAt.host, shared ? udp.port : tcpAt.port) };
    } catch (error) {
      await udp.close();
      // The port that was free for UDP was taken for TCP: ask for another one.
      if (!shared || attempt === 10 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}
