import type { Board } from '../../contract/board.ts';
import type { CommandResult } from '../../contract/messages.ts';
import type { OperatorCommand } from '../../contract/operator-command.ts';
import type { QueryAnswers, QueryName } from '../../contract/queries.ts';
import { deskAfter } from './sample-desk.ts';

/** What a host needs of a switchboard, with a board that the test sets. */
export class IdleSwitchboard {
  readonly executed: OperatorCommand[] = [];
  result: CommandResult = { ok: true, id: 'id-1' };
  failsQueries = false;
  watchers = 0;
  #board: Board = deskAfter([]).board;
  readonly #listeners = new Set<(board: Board) => void>();

  start(): void {}

  board(): Board {
    return this.#board;
  }

  /** Publishes the next revision, changed as the test wants. */
  publish(change: Partial<Board> = {}): Board {
    this.#board = { ...this.#board, ...change, revision: this.#board.revision + 1 };
    for (const listener of this.#listeners) listener(this.#board);
    return this.#board;
  }

  watch(listener: (board: Board) => void): () => void {
    this.#listeners.add(listener);
    this.watchers += 1;
    return () => {
      this.#listeners.delete(listener);
      this.watchers -= 1;
    };
  }

  execute(command: OperatorCommand): Promise<CommandResult> {
    this.executed.push(command);
    return Promise.resolve(this.result);
  }

  query<N extends QueryName>(): Promise<QueryAnswers[N]> {
    return this.failsQueries
      ? Promise.reject(new Error('the disk is gone'))
      : Promise.resolve([] as unknown as QueryAnswers[N]);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
