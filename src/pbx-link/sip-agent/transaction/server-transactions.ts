import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Tally } from '../counters.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { Flow } from '../transport/flow.ts';
import type { Outgoing, TransportLayer } from '../transport/transport-layer.ts';
import type { Received } from './client-transactions.ts';
import type { Envelope } from './envelope.ts';
import { inviteServer, inviteServerStart } from './invite-server.ts';
import { type Effect, runMachine } from './machine.ts';
import { nonInviteServer, nonInviteServerStart } from './non-invite-server.ts';
import { outgoing } from './outgoing.ts';
import { mergeKey, serverTransactionKey } from './transaction-key.ts';

export type ServerTransactionUser = {
  /** Timer H (no ACK to a failure), or a non-INVITE that was never answered. */
  timeout?(): void;
  terminated?(): void;
};

export type ServerTransaction = {
  /** Names it towards the client of the agent. */
  readonly id: string;
  readonly request: SipRequest;
  readonly envelope: Envelope;
  /** Where the request came from. */
  readonly source: Flow;
  /** Where its responses go. */
  readonly flow: Flow;
  /** The status that was sent last, null before any. */
  status(): number | null;
  state(): string;
  /** Sends a response: as the machine allows it, so a second final one goes nowhere. */
  respond(response: SipResponse): Outgoing;
  /** Sends the 2xx again, which RFC 3261 13.3.1.4 leaves to the user. */
  repeat(): void;
  /** Whoever began the transaction learns of its end by this. */
  user: ServerTransactionUser;
};

export type ServerTransactions = {
  /** True if the request belonged to a transaction already (a retransmission, or the ACK to a failure). */
  absorb(request: SipRequest, envelope: Envelope): boolean;
  /** Another transaction for the same request by another path (8.2.2.2). */
  merged(request: SipRequest, envelope: Envelope): boolean;
  /** Null when there are too many that nobody has answered. */
  create(received: Received<SipRequest>, flow: Flow): ServerTransaction | null;
  /** The INVITE that a CANCEL is for (9.2). */
  cancelTarget(cancel: SipRequest, envelope: Envelope): ServerTransaction | undefined;
  byId(id: string): ServerTransaction | undefined;
  all(): Iterable<ServerTransaction>;
  size(): number;
  close(): void;
};

/**
 * Transactions that are kept at once. Beyond them the oldest answered one goes before its time (it only waits for
 * copies of its request), and if none is answered the newcomer is refused.
 */
const MAX_TRANSACTIONS = 60_000;
const EMPTY = Buffer.alloc(0);

type Entry = ServerTransaction & {
  request: SipRequest;
  readonly key: string;
  repeated(): void;
  acknowledged(): void;
  abandon(): void;
};

export function createServerTransactions(options: {
  readonly clock: Clock;
  readonly tally: Tally;
  readonly transport: () => TransportLayer;
}): ServerTransactions {
  const { clock, tally } = options;
  const byKey = new Map<string, Entry>();
  const byId = new Map<string, Entry>();
  const byMerge = new Map<string, Entry>();

  /** Looks at the oldest alone: they are answered, unless the client has stopped answering. */
  function makeRoom(): boolean {
    if (byKey.size < MAX_TRANSACTIONS) return true;
    let looked = 0;
    for (const entry of byKey.values()) {
      if (entry.state() === 'completed' && entry.request.method !== 'INVITE') {
        entry.abandon();
        return true;
      }
      if (++looked === 64) break;
    }
    return false;
  }

  function create(received: Received<SipRequest>, flow: Flow): ServerTransaction | null {
    if (!makeRoom()) return null;
    const { message: request, envelope } = received;
    const id = randomUUID();
    const key = serverTransactionKey(request, envelope);
    const merge = mergeKey(envelope);
    let last: { readonly sent: Outgoing; readonly status: number } | null = null;

    function transmit(): void {
      if (last === null) return;
      options.transport().send(last.sent, flow, () => machine.put({ type: 'transport-error' }));
    }

    function perform(effect: Effect): void {
      switch (effect) {
        case 'transmit':
          return transmit();
        case 'retransmit':
          tally.retransmitted();
          return transmit();
        case 'timeout':
          tally.timeout();
          return entry.user.timeout?.();
        case 'unreachable':
          // 17.2.4: the transport has logged it; a peer that still wants the answer sends its request again.
          return;
        default:
          return;
      }
    }
    const forget = () => {
      byKey.delete(key);
      byId.delete(id);
      if (byMerge.get(merge) === entry) byMerge.delete(merge);
      entry.user.terminated?.();
    };
    const running = { reliable: flow.transport === 'tcp', clock, perform, terminated: forget };
    const invite = request.method === 'INVITE' ? runMachine(inviteServer, inviteServerStart, running) : null;
    const other = invite === null ? runMachine(nonInviteServer, nonInviteServerStart, running) : null;
    const machine = (invite ?? other) as NonNullable<typeof invite | typeof other>;

    const entry: Entry = {
      id,
      key,
      request,
      envelope,
      source: received.flow,
      flow,
      user: {},
      status: () => last?.status ?? null,
      state: () => machine.state().name,
      respond(response) {
        const sent = outgoing(response);
        const before = machine.state().name;
        if (before === 'trying' || before === 'proceeding') {
          last = { sent, status: response.status };
          machine.put({ type: 'respond', status: response.status });
          // Copies are answered from the bytes: what thousands of answered requests said need not stay in memory.
          if (invite === null && response.status >= 200) {
            entry.request = { ...entry.request, headers: [], body: EMPTY };
          }
        }
        return sent;
      },
      repeat() {
        if (last !== null) machine.put({ type: 'respond', status: last.status });
      },
      repeated: () => machine.put({ type: 'request' }),
      acknowledged: () => invite?.put({ type: 'acknowledgement' }),
      abandon() {
        machine.abandon();
        forget();
      },
    };
    byKey.set(key, entry);
    byId.set(id, entry);
    byMerge.set(merge, entry);
    other?.put({ type: 'start' });
    return entry;
  }

  return {
    create,
    absorb(request, envelope) {
      const entry = byKey.get(serverTransactionKey(request, envelope));
      if (entry === undefined) return false;
      if (request.method !== 'ACK') {
        entry.repeated();
        return true;
      }
      // An ACK that matches an accepted INVITE (RFC 2543 peers reuse the branch) is the dialog's.
      if (entry.state() === 'accepted') return false;
      entry.acknowledged();
      return true;
    },
    merged(request, envelope) {
      const entry = byMerge.get(mergeKey(envelope));
      return entry !== undefined && serverTransactionKey(request, envelope) !== entry.key;
    },
    cancelTarget: (cancel, envelope) => byKey.get(serverTransactionKey(cancel, envelope, 'INVITE')),
    byId: (id) => byId.get(id),
    all: () => byId.values(),
    size: () => byKey.size,
    close() {
      for (const entry of [...byKey.values()]) entry.abandon();
    },
  };
}
