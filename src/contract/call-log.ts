import type { CallRecord, EndedCall } from './board.ts';

/**
 * One happening of a call for the log, with the call as it was then. `seq` counts up within an epoch: writing the same
 * one twice changes nothing, so a write whose answer was lost can be repeated.
 */
export type CallLogWrite = {
  readonly epoch: string;
  readonly seq: number;
  readonly call: CallRecord;
  readonly at: number;
  readonly event: string;
  readonly detail: Readonly<Record<string, string>>;
  /** The call is over with this. */
  readonly end: Pick<EndedCall, 'at' | 'cause' | 'by'> | null;
};
