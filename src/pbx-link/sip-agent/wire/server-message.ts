import { randomUUID } from 'node:crypto';
import { writeFrame } from './frame-reader.ts';

/** Where a message came from or went to, for the meta line; all empty for an answer that the agent made up itself. */
export type WirePeer = { readonly transport: string; readonly address: string; readonly port: number };

/** The time of day as the protocol writes it: UTC HH:MM:SS.uuuuuu. */
export function wireTime(milliseconds: number = Date.now()): string {
  return `${new Date(milliseconds).toISOString().slice(11, 23)}000`;
}

/** `<id>|response|<client's id>|OK|…` or NOK or NO, with the message as it was sent if there is one. */
export function replyFrame(clientId: string, fields: readonly string[], message?: Buffer): Buffer {
  return writeFrame([randomUUID(), 'response', clientId, ...fields].join('|'), message);
}

/** The answer to a `sip` verb that sent a request. */
export function requestSentReply(
  clientId: string,
  local: WirePeer,
  transactionId: string,
  message: Buffer,
): Buffer {
  return replyFrame(
    clientId,
    [
      'OK',
      'application',
      String(message.length),
      local.transport,
      local.address,
      String(local.port),
      wireTime(),
      transactionId,
      'Msg sent:',
      '',
    ],
    message,
  );
}

/** The answer to a `sip` verb that sent a response. */
export function responseSentReply(
  clientId: string,
  remote: WirePeer,
  transactionId: string,
  dialogId: string,
  message: Buffer,
): Buffer {
  return replyFrame(
    clientId,
    [
      'OK',
      'application',
      String(message.length),
      remote.transport,
      remote.address,
      String(remote.port),
      wireTime(),
      transactionId,
      dialogId,
      '',
      'Msg sent:',
      '',
    ],
    message,
  );
}

export type SipEvent = {
  readonly source: 'network' | 'application';
  /** Size on the wire; 0 if the agent made the message up. */
  readonly bytes: number;
  readonly peer: WirePeer;
  readonly transactionId: string;
  readonly dialogId: string;
  /** The local address that received it; only for a request outside a dialog. */
  readonly receivedOn?: { readonly address: string; readonly port: number };
  readonly message: Buffer;
};

/** A message from the network, or the agent's own BYE, for the client. */
export function eventFrame(event: SipEvent): Buffer {
  const on = event.receivedOn === undefined ? '' : `${event.receivedOn.address}|${event.receivedOn.port}|`;
  const { transport, address, port } = event.peer;
  return writeFrame(
    `${randomUUID()}|sip|${event.source}|${event.bytes}|${transport}|${address}|${port}|${wireTime()}|` +
      `${event.transactionId}|${event.dialogId}|${on}`,
    event.message,
  );
}
