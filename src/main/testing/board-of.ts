import { WebSocket } from 'ws';
import type { Board } from '../../contract/board.ts';
import type { ServerFrame } from '../../contract/messages.ts';
import type { QueryName } from '../../contract/queries.ts';

/** The first board that the contract of the running console shows and that holds. */
export function boardOf(url: string, holds: (board: Board) => boolean): Promise<Board> {
  return firstFrame(url, null, (frame) =>
    frame.type === 'board' && holds(frame.board) ? frame.board : null,
  );
}

/** The answer of the running console to a query without arguments. Rejects when the answer is an error. */
export async function answerOf(url: string, name: QueryName): Promise<unknown> {
  const query = { type: 'query', ref: 'q', name, args: {} };
  const frame = await firstFrame(url, query, (one) => (one.type === 'board' ? null : one));
  if (frame.type === 'error') throw new Error(`${frame.reason}: ${frame.message}`);
  return frame.result;
}

async function firstFrame<T>(
  url: string,
  request: unknown,
  pick: (frame: ServerFrame) => T | null,
): Promise<T> {
  const { host, searchParams } = new URL(url);
  const socket = new WebSocket(`ws://${host}/contract`, {
    headers: { authorization: `Bearer ${searchParams.get('token')}` },
  });
  try {
    return await new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('open', () => request !== null && socket.send(JSON.stringify(request)));
      socket.on('message', (data: Buffer) => {
        const picked = pick(JSON.parse(data.toString('utf8')) as ServerFrame);
        if (picked !== null) resolve(picked);
      });
    });
  } finally {
    socket.terminate();
  }
}
