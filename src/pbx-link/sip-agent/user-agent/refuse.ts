import type { SipHeader, SipRequest } from '../message/sip-message.ts';
import type { Envelope } from '../transaction/envelope.ts';
import { outgoing } from '../transaction/outgoing.ts';
import type { Flow } from '../transport/flow.ts';
import { responseRoute } from '../transport/response-route.ts';
import { buildResponse } from './build-response.ts';
import { statelessTag } from './identifiers.ts';
import type { UserAgent } from './user-agent.ts';

/**
 * Answers a request with a failure without keeping anything (RFC 3261 8.2.7): the same request again gets the same
 * answer, so a flood of them takes no memory.
 */
export function refuse(
  ua: UserAgent,
  request: SipRequest,
  envelope: Pick<Envelope, 'via' | 'callId' | 'fromTag'>,
  flow: Flow,
  status: number,
  why: string,
  headers: readonly SipHeader[] = [],
): void {
  ua.tally.refused(status, `${request.method} from ${flow.address}:${flow.port}: ${why}`);
  const response = buildResponse(request, status, {
    tag: statelessTag(envelope.callId, envelope.fromTag),
    headers,
  });
  ua.transport().send(outgoing(response), responseRoute(envelope.via, flow), () => {});
}
