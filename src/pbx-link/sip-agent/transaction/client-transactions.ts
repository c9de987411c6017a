import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Tally } from '../counters.ts';
import { branchOf, formatVia, parseVia } from '../message/header-grammar.ts';
import {
  headerOf,
  headersOf,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from '../message/sip-message.ts';
import type { Flow } from '../transport/flow.ts';
import type { Destination, Outgoing, TransportLayer } from '../transport/transport-layer.ts';
import type { Envelope } from './envelope.ts';
import { inviteClient, inviteClientStart } from './invite-client.ts';
import { type Effect, runMachine } from './machine.ts';
import { nonInviteClient, nonInviteClientStart } from './non-invite-client.ts';
import { outgoing } from './outgoing.ts';
import { clientTransactionKey } from './transaction-key.ts';

/** A response with where it came from. */
export type Received<Message> = {
  readonly message: Message;
  readonly envelope: Envelope;
  readonly flow: Flow;
  readonly size: number;
};

/** Why no response will come: timers B and F, the transport, or a CANCEL that nobody answered (RFC 3261 9.1). */
export type TransactionFailure = 'timeout' | 'unreachable' | 'cancelled';

export type ClientTransactionUser = {
  response(received: Received<SipResponse>): void;
  /** 100 Trying: says that the request has arrived, no more; drachtio-srf takes it for an answer if it is passed on. */
  trying?(): void;
  failed(failure: TransactionFailure): void;
  terminated?(): void;
};

export type ClientTransaction = {
  /** Names it towards the client of the agent. */
  readonly id: string;
  readonly request: SipRequest;
  readonly sent: Outgoing;
  readonly destination: Destination;
  /** The state's name: calling, trying, proceeding, accepted, completed, terminated. */
  state(): string;
  /** Sends the request and starts the timers. */
  start(): void;
  /** Ends it as if the transport had failed, without sending anything. */
  fail(): void;
  /** Starts the wait of 9.1 after a CANCEL. */
  cancelled(): void;
};

export type ClientTransactions = {
  /** Makes a transaction for a complete request; nothing is sent before `start`. */
  create(request: SipRequest, destination: Destination, user: ClientTransactionUser): ClientTransaction;
  /** Gives a response to its transaction; false if there is none (RFC 3261 17.1.3). */
  receive(received: Received<SipResponse>): boolean;
  size(): number;
  close(): void;
};

type Entry = ClientTransaction & {
  put(received: Received<SipResponse>): void;
  abandon(): void;
};

export function createClientTransactions(options: {
  readonly clock: Clock;
  readonly tally: Tally;
  readonly transport: () => TransportLayer;
}): ClientTransactions {
  const { clock, tally } = options;
  const byKey = new Map<string, Entry>();

  function create(
    request: SipRequest,
    destination: Destination,
    user: ClientTransactionUser,
  ): ClientTransaction {
    const id = randomUUID();
    const key = clientTransactionKey(branchOf(request) ?? '', request.method);
    const sent = outgoing(request);
    const reliable = destination.transport === 'tcp';
    let current: Received<SipResponse> | null = null;
    let probed = false;

    const transmit = () =>
      options.transport().send(sent, destination, () => machine.put({ type: 'transport-error' }));

    function perform(effect: Effect): void {
      switch (effect) {
        case 'transmit':
          return transmit();
        case 'retransmit':
          tally.retransmitted();
          transmit();
          if (!probed) {
            probed = true;
            options.transport().probe(destination, () => {
              const state = machine.state().name;
              // A peer that has answered since is there, whatever the system says.
              if (state === 'calling' || state === 'trying') machine.put({ type: 'transport-error' });
            });
          }
          return;
        case 'acknowledge':
          if (current === null) return;
          return options
            .transport()
            .send(outgoing(failureAck(request, current.message)), destination, () =>
              machine.put({ type: 'transport-error' }),
            );
        case 'deliver':
          if (current?.message.status === 100) user.trying?.();
          else if (current !== null) user.response(current);
          return;
        case 'timeout':
          tally.timeout();
          return user.failed('timeout');
        case 'unreachable':
        case 'cancelled':
          return user.failed(effect);
      }
    }
    const running = {
      reliable,
      clock,
      perform,
      terminated: () => {
        byKey.delete(key);
        user.terminated?.();
      },
    };
    const invite = request.method === 'INVITE' ? runMachine(inviteClient, inviteClientStart, running) : null;
    const other = invite === null ? runMachine(nonInviteClient, nonInviteClientStart, running) : null;
    const machine = (invite ?? other) as NonNullable<typeof invite | typeof other>;

    const entry: Entry = {
      id,
      request,
      sent,
      destination,
      state: () => machine.state().name,
      start() {
        // Known only from now on: a CANCEL that is held and never sent leaves nothing behind.
        byKey.set(key, entry);
        machine.put({ type: 'start' });
      },
      fail: () => machine.put({ type: 'transport-error' }),
      cancelled: () => invite?.put({ type: 'cancelled' }),
      put(received) {
        current = received;
        machine.put({ type: 'response', status: received.message.status });
      },
      abandon: () => machine.abandon(),
    };
    return entry;
  }

  return {
    create,
    receive(received) {
      const { via, cseq } = received.envelope;
      const entry = byKey.get(clientTransactionKey(via.params.get('branch') ?? '', cseq.method));
      if (entry === undefined) return false;
      entry.put(received);
      return true;
    },
    size: () => byKey.size,
    close() {
      for (const entry of byKey.values()) entry.abandon();
      byKey.clear();
    },
  };
}

/** The ACK to a failure, RFC 3261 17.1.1.3: the request's own Via, Route and credentials, the response's To. */
function failureAck(invite: SipRequest, response: SipResponse): SipRequest {
  const ack = requestOnBranch(invite, 'ACK', []);
  const to = headerOf(response, 'to');
  if (to === undefined) return ack;
  return {
    ...ack,
    headers: ack.headers.map((header) => (header.name === 'To' ? { name: 'To', value: to } : header)),
  };
}

/**
 * An ACK or CANCEL for an INVITE (17.1.1.3, 9.1): same Request-URI, topmost Via, From, To, Call-ID, CSeq number and
 * Route; `extra` are headers of its own, e.g. Reason.
 */
export function requestOnBranch(
  invite: SipRequest,
  method: 'ACK' | 'CANCEL',
  extra: readonly SipHeader[],
): SipRequest {
  const via = parseVia(headerOf(invite, 'via') ?? '')[0];
  const number = (headerOf(invite, 'cseq') ?? '').split(' ')[0] ?? '0';
  const copy = (name: string): SipHeader[] => headersOf(invite, name).map((value) => ({ name, value }));
  return {
    kind: 'request',
    method,
    uri: invite.uri,
    headers: [
      ...(via === undefined ? [] : [{ name: 'Via', value: formatVia(via) }]),
      ...copy('Route'),
      { name: 'Max-Forwards', value: '70' },
      ...copy('From'),
      ...copy('To'),
      ...copy('Call-ID'),
      { name: 'CSeq', value: `${number} ${method}` },
      ...extra,
    ],
    body: Buffer.alloc(0),
  };
}
