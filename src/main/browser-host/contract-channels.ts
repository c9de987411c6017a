import { channel } from 'node:diagnostics_channel';

/** For measuring; nothing is published while nobody listens. Times are `process.hrtime.bigint()`. */
export const receivedChannel = channel('cordboard:contract:received');
export const sentChannel = channel('cordboard:contract:sent');

/** `at`: the frame was read. `type`: the command's, or the frame's when it is no command. */
export type ContractReceived = { readonly at: bigint; readonly ref: string; readonly type: string };

/** `at`: the board frame was handed to the client's socket. */
export type ContractSent = {
  readonly at: bigint;
  readonly revision: number;
  readonly calls: readonly string[];
};
