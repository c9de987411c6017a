import { formatVia, parseVia, type Via } from '../message/header-grammar.ts';
import type { SipRequest } from '../message/sip-message.ts';
import type { Flow } from './flow.ts';

/**
 * Notes in the topmost Via where the request came from: `received` when it differs from what the sender wrote
 * (RFC 3261 18.2.1), and both `received` and `rport` when it asked for that (RFC 3581 4).
 */
export function withReceived(request: SipRequest, flow: Flow): SipRequest {
  const at = request.headers.findIndex((header) => header.name.toLowerCase() === 'via');
  const line = request.headers[at];
  const vias = line === undefined ? [] : parseVia(line.value);
  const [top, ...rest] = vias;
  if (line === undefined || top === undefined) return request;
  const asked = top.params.has('rport');
  if (!asked && top.host === flow.address) return request;
  const params = new Map(top.params);
  params.set('received', flow.address);
  if (asked) params.set('rport', String(flow.port));
  const value = [{ ...top, params }, ...rest].map(formatVia).join(', ');
  return { ...request, headers: request.headers.with(at, { name: line.name, value }) };
}

/** Where the responses to a request go, RFC 3261 18.2.2 with RFC 3581 4. `via` is the topmost after `withReceived`. */
export function responseRoute(via: Via, flow: Flow): Flow {
  if (flow.transport === 'tcp') {
    // 18.2.2: the connection itself; should it be gone, a new one to the address that the sender listens on.
    return {
      transport: 'tcp',
      address: flow.address,
      port: via.port ?? 5060,
      ...(flow.connection === undefined ? {} : { connection: flow.connection }),
    };
  }
  const rport = via.params.get('rport');
  if (rport) return { transport: 'udp', address: flow.address, port: flow.port };
  // maddr is not followed: it serves multicast, and answering elsewhere than to the sender lends itself to reflection.
  return { transport: 'udp', address: flow.address, port: via.port ?? 5060 };
}
