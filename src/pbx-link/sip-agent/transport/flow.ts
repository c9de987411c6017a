/** A transport protocol of the agent. TLS and IPv6 would be further members here and in `via-protocol`. */
export type TransportName = 'udp' | 'tcp';

/** Where a message goes to or came from; `address` is an IPv4 literal. */
export type Flow = {
  readonly transport: TransportName;
  readonly address: string;
  readonly port: number;
  /** The connection that a request came on: its responses go back on it while it is open (RFC 3261 18.2.2). */
  readonly connection?: Connection;
};

/** One TCP connection as the rest of the agent sees it. */
export type Connection = {
  readonly open: boolean;
  /** Writes a whole message; false if the connection is gone or its peer reads too slowly. */
  write(bytes: Buffer): boolean;
};

/** What a socket hands over: one whole message, its peer, and when it came. */
export type Receive = (bytes: Buffer, flow: Flow) => void;

/** The longest message that is taken, DESIGN: 64 KiB. */
export const MAX_MESSAGE_BYTES = 65_536;
