import type { Tally } from './counters.ts';
import { publishReceived } from './diagnostics.ts';
import { parseVia, tagOf } from './message/header-grammar.ts';
import { withLegacyContact } from './message/legacy-contact.ts';
import { type ParseError, parseSipMessage } from './message/parse-message.ts';
import { headerOf } from './message/sip-message.ts';
import type { Received } from './transaction/client-transactions.ts';
import { readEnvelope } from './transaction/envelope.ts';
import type { Flow } from './transport/flow.ts';
import { withReceived } from './transport/response-route.ts';
import { receiveRequest } from './user-agent/receive-request.ts';
import { refuse } from './user-agent/refuse.ts';
import type { UserAgent } from './user-agent/user-agent.ts';

const CR = 13;
const LF = 10;

/** Takes what a socket read. Never throws: whatever is in it must not disturb a call. */
export function receiveBytes(ua: UserAgent, bytes: Buffer, flow: Flow, at: bigint): void {
  if (isKeepAlive(bytes)) return;
  ua.tally.received();
  try {
    receiveMessage(ua, bytes, flow, at);
  } catch (error) {
    ua.tally.note('error', 'message failed', error instanceof Error ? error.stack : String(error));
  }
}

function receiveMessage(ua: UserAgent, bytes: Buffer, flow: Flow, at: bigint): void {
  const parsed = parseSipMessage(bytes);
  if (!parsed.ok) return receiveMalformed(ua, parsed.error, flow);
  for (const { name, reason } of parsed.dropped) {
    ua.tally.note(
      'warn',
      'header left out',
      `${name}: ${reason}, ${flow.transport} ${flow.address}:${flow.port}`,
    );
  }
  const read = parsed.message.kind === 'request' ? withReceived(parsed.message, flow) : parsed.message;
  const envelope = readEnvelope(read);
  if (envelope === null) return countMalformed(ua.tally, 'no envelope', flow);
  const message = withLegacyContact(read, envelope.cseq.method);
  publishReceived(message, envelope.callId, bytes.length, at);
  const size = bytes.length;
  if (message.kind === 'request') return receiveRequest(ua, { message, envelope, flow, size });
  const received: Received<typeof message> = { message, envelope, flow, size };
  if (!ua.clientTransactions.receive(received)) {
    // 18.1.2, 17.1.3: late copies of an answer, mostly.
    ua.tally.dropped('response without transaction', `${message.status} ${flow.address}:${flow.port}`);
  }
}

/** 400 and its like, where there is enough of the request to answer it. */
function receiveMalformed(ua: UserAgent, error: ParseError, flow: Flow): void {
  countMalformed(ua.tally, error.reason, flow);
  if (error.partial === null || error.status === null) return;
  const request = withReceived(error.partial, flow);
  const via = parseVia(headerOf(request, 'via') ?? '')[0];
  if (via === undefined) return;
  const callId = headerOf(request, 'call-id') ?? '';
  const fromTag = tagOf(headerOf(request, 'from') ?? '');
  refuse(ua, request, { via, callId, fromTag }, flow, error.status, error.reason);
}

function countMalformed(tally: Tally, reason: string, flow: Flow): void {
  tally.malformed(reason, `${flow.transport} ${flow.address}:${flow.port}`);
}

/** Empty datagrams, line ends alone (RFC 5626 3.5.1) and single zeros, by which peers keep a path open. */
function isKeepAlive(bytes: Buffer): boolean {
  if (bytes.length > 4) return false;
  return bytes.every((byte) => byte === CR || byte === LF || byte === 0);
}
