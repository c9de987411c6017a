import type { CSeq } from '../message/header-grammar.ts';
import type { ClientTransaction } from '../transaction/client-transactions.ts';
import type { Client } from './client.ts';

/** A request of ours that forms a dialog when it is accepted: INVITE, SUBSCRIBE, REFER. */
export type Forming = {
  readonly transaction: ClientTransaction;
  readonly owner: Client;
  readonly cseq: CSeq;
  /** The usage that its dialog begins with. */
  readonly usage: string;
};

export function formingKey(callId: string, localTag: string): string {
  return `${callId}|${localTag}`;
}
