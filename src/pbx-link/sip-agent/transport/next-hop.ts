import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';
import { parseSipUri } from '../message/header-grammar.ts';
import type { TransportName } from './flow.ts';

/** Where a URI leads before its name is resolved. */
export type NextHop = {
  readonly host: string;
  readonly port: number;
  /** What the URI asks for; null leaves the choice to the agent. */
  readonly transport: TransportName | null;
};

/** Raised when a request cannot be sent to a URI at all; the message is told to the client. */
export class UnroutableError extends Error {}

/**
 * RFC 3263 as far as an exchange on a hotel's network needs it: numeric hosts and names with an A record, a port or
 * 5060, transport by the URI's parameter. NAPTR and SRV are not asked for.
 */
export function nextHopOf(uri: string): NextHop {
  const parsed = parseSipUri(uri);
  if (parsed === null || parsed.scheme === 'tel') throw new UnroutableError(`invalid request-uri: ${uri}`);
  const transport = parsed.params.get('transport')?.toLowerCase() ?? null;
  if (parsed.scheme === 'sips' || (transport !== null && transport !== 'udp' && transport !== 'tcp')) {
    throw new UnroutableError('requested protocol/transport not available');
  }
  const host = parsed.params.get('maddr') ?? parsed.host;
  if (host.startsWith('[')) throw new UnroutableError('requested protocol/transport not available');
  return { host, port: parsed.port ?? 5060, transport };
}

/** The IPv4 address of a host; a promise only when its name must be looked up. Rejects when it has none. */
export function addressOf(host: string): string | Promise<string> {
  if (isIPv4(host)) return host;
  return lookup(host, { family: 4 }).then((found) => found.address);
}
