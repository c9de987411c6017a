import type { Clock } from '../clock.ts';
import type { Tally } from '../counters.ts';
import { createDialogTable, type DialogTable } from '../dialog/dialog-table.ts';
import { type ClientTransactions, createClientTransactions } from '../transaction/client-transactions.ts';
import { createServerTransactions, type ServerTransactions } from '../transaction/server-transactions.ts';
import type { TransportLayer } from '../transport/transport-layer.ts';
import type { Client } from './client.ts';
import type { DialogEntry } from './dialog-entry.ts';
import type { Forming } from './forming.ts';
import type { IncomingRequest } from './incoming-request.ts';
import type { Invitation } from './invitation.ts';

/** The core's whole state: what its functions work on. */
export type UserAgent = {
  readonly clock: Clock;
  readonly tally: Tally;
  readonly transport: () => TransportLayer;
  readonly clientTransactions: ClientTransactions;
  readonly serverTransactions: ServerTransactions;
  readonly dialogs: DialogTable<DialogEntry>;
  /** In the order in which they connected; requests outside dialogs go round among them. */
  readonly clients: Set<Client>;
  /** Requests that wait for the client's answer, by transaction id. */
  readonly incoming: Map<string, IncomingRequest>;
  /** Our requests that may yet form a dialog, by Call-ID and From tag. */
  readonly forming: Map<string, Forming>;
  /** Our INVITEs by transaction id, for CANCEL. */
  readonly invitations: Map<string, Invitation>;
  /** Value of User-Agent, null for none. */
  readonly product: string | null;
  /** Whom the last request of each method went to. */
  readonly lastServed: Map<string, Client>;
};

export function createUserAgent(options: {
  readonly clock: Clock;
  readonly tally: Tally;
  readonly transport: () => TransportLayer;
  readonly product: string | null;
}): UserAgent {
  return {
    ...options,
    clientTransactions: createClientTransactions(options),
    serverTransactions: createServerTransactions(options),
    dialogs: createDialogTable(),
    clients: new Set(),
    incoming: new Map(),
    forming: new Map(),
    invitations: new Map(),
    lastServed: new Map(),
  };
}
