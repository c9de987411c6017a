import { WebSocket } from 'ws';
import type { Board } from '../../contract/board.ts';

/** The first board that the contract of the running console shows and that holds. */
export async function boardOf(url: string, holds: (board: Board) => boolean): Promise<Board> {
  const { host, searchParams } = new URL(url);
  const socket = new WebSocket(`ws://${host}/contract`, {
    headers: { authorization: `Bearer ${searchParams.get('token')}` },
  });
  try {
    return await new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('message', (data: Buffer) => {
        const { board } = JSON.parse(data.toString('utf8')) as { board: Board };
        if (holds(board)) resolve(board);
      });
    });
  } finally {
    socket.terminate();
  }
}
