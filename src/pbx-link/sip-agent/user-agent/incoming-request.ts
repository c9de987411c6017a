import type { ServerTransaction } from '../transaction/server-transactions.ts';
import type { Destination } from '../transport/transport-layer.ts';
import type { Client } from './client.ts';
import type { DialogEntry } from './dialog-entry.ts';

/** A request that a client has been given and has not answered finally. */
export type IncomingRequest = {
  readonly transaction: ServerTransaction;
  readonly owner: Client;
  /** The To tag of our responses; the client may impose another before the first of them. */
  localTag: string;
  /** The dialog that it came in, or that it has formed. */
  dialog: DialogEntry | null;
  /** Whether it came in a dialog. */
  readonly inDialog: boolean;
  /** The own address towards the peer, for Contact: looked up when the request came. */
  local: Destination | Promise<Destination>;
};
