import type { WebSocket } from 'ws';
import type { Board } from '../../contract/board.ts';
import type { ServerFrame } from '../../contract/messages.ts';
import type { Switchboard, SwitchboardOptions } from '../switchboard.ts';
import {
  type ContractReceived,
  type ContractSent,
  receivedChannel,
  sentChannel,
} from './contract-channels.ts';
import { readFrame, serveFrame } from './serve-frame.ts';
import { createTally } from './tally.ts';

/** Above this a client is slow: it gets no board until it has read what was sent, and then the newest one. */
const SLOW_BYTES = 256 * 1024;
/** Above this a client asks and never reads: it is cut off. */
const CUT_OFF_BYTES = 4 * 1024 * 1024;
/** Requests under way for one client at most. */
const REQUEST_LIMIT = 256;

export type ContractClient = { sendBoard(board: Board, frame: string): void };

export function boardFrame(board: Board): string {
  return JSON.stringify({ type: 'board', board } satisfies ServerFrame);
}

/** Serves the contract over one WebSocket; the board is sent at once. */
export function serveClient(
  socket: WebSocket,
  switchboard: Switchboard,
  log: SwitchboardOptions['log'],
): ContractClient {
  let skipped = 0;
  let behind = false;
  let underWay = 0;
  const refused = createTally((reason, count) =>
    log('warn', 'a frame of the contract was refused', { reason, count }),
  );

  function send(frame: string): void {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > CUT_OFF_BYTES) {
      log('warn', 'a contract client was cut off: it does not read', { buffered: socket.bufferedAmount });
      socket.terminate();
      return;
    }
    socket.send(frame, catchUp);
  }

  function sendBoard(board: Board, frame: string): void {
    if (socket.bufferedAmount > SLOW_BYTES) {
      behind = true;
      skipped += 1;
      return;
    }
    send(frame);
    if (!sentChannel.hasSubscribers) return;
    const sent: ContractSent = {
      at: process.hrtime.bigint(),
      revision: board.revision,
      calls: board.calls.map(({ id }) => id),
    };
    sentChannel.publish(sent);
  }

  function catchUp(error?: Error | null): void {
    if (error || !behind || socket.bufferedAmount > SLOW_BYTES) return;
    behind = false;
    log('info', 'a slow contract client was brought up to date', { skipped });
    const board = switchboard.board();
    sendBoard(board, boardFrame(board));
  }

  socket.on('message', (data, isBinary) => {
    const at = receivedChannel.hasSubscribers ? process.hrtime.bigint() : 0n;
    // The contract is text; a binary frame is refused as one that is not JSON.
    const read = readFrame(isBinary || !Buffer.isBuffer(data) ? '' : data.toString('utf8'));
    if (!read.ok) {
      refused(read.error.reason);
      send(JSON.stringify(read.error));
      return;
    }
    const { frame } = read;
    if (receivedChannel.hasSubscribers) {
      const type = frame.type === 'execute' ? frame.command.type : frame.type;
      receivedChannel.publish({ at, ref: frame.ref, type } satisfies ContractReceived);
    }
    if (underWay >= REQUEST_LIMIT) {
      log('warn', 'a contract client was cut off: too many requests under way', { underWay });
      socket.terminate();
      return;
    }
    underWay += 1;
    void serveFrame(switchboard, frame).then((answer) => {
      underWay -= 1;
      send(JSON.stringify(answer));
    });
  });
  socket.on('error', (error) => log('warn', 'a contract client failed', { error: error.message }));

  const board = switchboard.board();
  sendBoard(board, boardFrame(board));
  return { sendBoard };
}
