import { type Clock, systemClock } from './clock.ts';
import { type AgentCounters, type AgentLogEntry, createTally } from './counters.ts';
import { publishSent, receivedAt } from './diagnostics.ts';
import { receiveBytes } from './receive.ts';
import { openTransportLayer, type TraceEntry, type TransportLayer } from './transport/transport-layer.ts';
import { clientGone } from './user-agent/client-gone.ts';
import { createOrderedWork } from './user-agent/ordered-work.ts';
import { serveSip } from './user-agent/serve-client.ts';
import { createUserAgent } from './user-agent/user-agent.ts';
import { openAdminServer } from './wire/admin-server.ts';

export type SipAgentOptions = {
  /**
   * Where to listen; port 0 takes a free one. Without both, UDP and TCP listen on all IPv4 addresses at the same free
   * port; with only one of them the other is not opened.
   */
  readonly udp?: { readonly host: string; readonly port: number };
  readonly tcp?: { readonly host: string; readonly port: number };
  /**
   * The own address by which a peer reaches us, for Via and Contact. Asked for each request, so that a changed address
   * is noticed; without it the system's route to the peer decides.
   */
  readonly localAddressFor?: (peerHost: string) => string | Promise<string>;
  readonly clock?: Clock;
  readonly log?: (entry: AgentLogEntry) => void;
  /** Every message as it crosses a socket. */
  readonly trace?: (entry: TraceEntry) => void;
  /** Value of User-Agent in what the agent sends; without it the header is the client's affair. */
  readonly userAgent?: string;
};

export type SipAgent = {
  /** Where drachtio-srf connects. */
  readonly admin: { readonly host: '127.0.0.1'; readonly port: number; readonly secret: string };
  readonly udpPort: number | null;
  readonly tcpPort: number | null;
  counters(): AgentCounters;
  /** Closes all sockets and stops all timers; nothing is sent any more. */
  close(): Promise<void>;
};

const ANYWHERE = { host: '0.0.0.0', port: 0 } as const;

/**
 * Starts the SIP agent that drachtio-srf drives: RFC 3261 transactions and dialogs over UDP and TCP on one side,
 * drachtio's wire protocol on a loopback port on the other. Rejects with the system's error if a socket cannot be
 * opened, e.g. EADDRINUSE.
 */
export async function startSipAgent(options: SipAgentOptions): Promise<SipAgent> {
  const clock = options.clock ?? systemClock;
  const tally = createTally(options.log ?? (() => {}));
  const nothingGiven = options.udp === undefined && options.tcp === undefined;
  let layer: TransportLayer | null = null;
  const ua = createUserAgent({
    clock,
    tally,
    product: options.userAgent ?? null,
    transport: () => {
      if (layer === null) throw new Error('the SIP agent is not open');
      return layer;
    },
  });
  const transport = await openTransportLayer({
    udp: options.udp ?? (nothingGiven ? ANYWHERE : null),
    tcp: options.tcp ?? (nothingGiven ? ANYWHERE : null),
    localAddressFor: options.localAddressFor,
    clock,
    tally,
    trace: options.trace,
    receive: (bytes, flow) => {
      if (layer !== null) receiveBytes(ua, bytes, flow, receivedAt());
    },
    published: publishSent,
  });
  layer = transport;
  const ordered = createOrderedWork();
  const admin = await openAdminServer(
    {
      connected: (client) => ua.clients.add(client),
      gone: (client) => {
        if (layer !== null) clientGone(ua, client);
      },
      sip: (client, message, reply) => {
        const [transactionId = '', dialogId = ''] = message.fields;
        ordered(dialogId || transactionId, () => serveSip(ua, client, message, reply));
      },
      hostports: () => hostports(transport, options),
    },
    tally,
  ).catch(async (error: unknown) => {
    await transport.close();
    throw error;
  });
  return {
    admin: { host: '127.0.0.1', port: admin.port, secret: admin.secret },
    udpPort: transport.udpPort,
    tcpPort: transport.tcpPort,
    counters: () => tally.read(),
    async close() {
      layer = null;
      ua.clientTransactions.close();
      ua.serverTransactions.close();
      for (const entry of ua.dialogs.all()) {
        entry.linger?.cancel();
        entry.unacknowledged?.stop();
      }
      await Promise.all([admin.close(), transport.close()]);
    },
  };
}

/** The listeners as srf is told of them on connecting. */
function hostports(transport: TransportLayer, options: SipAgentOptions): string {
  const udp =
    transport.udpPort === null ? [] : [`udp/${options.udp?.host ?? '0.0.0.0'}:${transport.udpPort}`];
  const tcp =
    transport.tcpPort === null ? [] : [`tcp/${options.tcp?.host ?? '0.0.0.0'}:${transport.tcpPort}`];
  return [...tcp, ...udp].join(',');
}
