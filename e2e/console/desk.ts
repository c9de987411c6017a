import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import WebSocket from 'ws';
import type { Board, BoardCall, Outcome } from '../../src/contract/board.ts';
import type { CommandResult } from '../../src/contract/messages.ts';
import type { OperatorCommand } from '../../src/contract/operator-command.ts';

const DEFAULT_WAIT_MS = 8000;

/** An operator's desk as a program has it: a client of the contract that gives commands and watches the board. */
export type Desk = {
  board(): Board;
  /** Sends a command and returns the desk's immediate answer. */
  send(command: OperatorCommand): Promise<CommandResult>;
  /** Sends a command and waits for its outcome. */
  act(command: OperatorCommand): Promise<Outcome>;
  /** As `act`, and it must be done. */
  done(command: OperatorCommand): Promise<Outcome>;
  /** As `act` or `send`, and it must be refused; returns the reason's key. */
  refused(command: OperatorCommand): Promise<string>;
  query(name: string, args: unknown): Promise<unknown>;
  /** Waits for a board of which `holds` is true (a value returned is the value waited for). */
  until<T>(what: string, holds: (board: Board) => T | null | undefined | false, waitMs?: number): Promise<T>;
  /** The call whose party has this number, in this state. */
  call(number: string, state?: BoardCall['connection']['state'], waitMs?: number): Promise<BoardCall>;
  /** No call of this party on the board. */
  gone(number: string, waitMs?: number): Promise<true>;
  close(): void;
};

export async function openDesk(url: string): Promise<Desk> {
  const address = new URL(url);
  const token = address.searchParams.get('token') ?? '';
  const socket = new WebSocket(`ws://${address.host}/contract`, {
    headers: { Authorization: `Bearer ${token}`, Origin: address.origin },
  });
  let latest: Board | null = null;
  const watchers = new Set<() => void>();
  const answers = new Map<string, (frame: { result?: unknown; reason?: string; message?: string }) => void>();
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString('utf8'));
    if (frame.type === 'board') {
      latest = frame.board;
      for (const watcher of [...watchers]) watcher();
    } else {
      answers.get(frame.ref)?.(frame);
    }
  });
  await once(socket, 'open');

  function board(): Board {
    if (!latest) throw new Error('no board has come yet');
    return latest;
  }

  function until<T>(
    what: string,
    holds: (board: Board) => T | null | undefined | false,
    waitMs = DEFAULT_WAIT_MS,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        watchers.delete(look);
        reject(new Error(`waited ${waitMs} ms for: ${what}\nthe board is ${describe(latest)}`));
      }, waitMs);
      const look = () => {
        const value = latest ? holds(latest) : null;
        if (value === null || value === undefined || value === false) return;
        clearTimeout(timer);
        watchers.delete(look);
        resolve(value as T);
      };
      watchers.add(look);
      look();
    });
  }

  function ask(frame: Record<string, unknown>): Promise<unknown> {
    const ref = randomUUID();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no answer to ${JSON.stringify(frame)}`)),
        DEFAULT_WAIT_MS,
      );
      answers.set(ref, (answer) => {
        clearTimeout(timer);
        answers.delete(ref);
        if (answer.reason !== undefined && answer.result === undefined) {
          reject(new Error(`${answer.reason}: ${answer.message}`));
        } else resolve(answer.result);
      });
      socket.send(JSON.stringify({ ...frame, ref }));
    });
  }

  const send = (command: OperatorCommand) => ask({ type: 'execute', command }) as Promise<CommandResult>;

  async function act(command: OperatorCommand): Promise<Outcome> {
    const result = await send(command);
    if (!result.ok) {
      const at = Date.now();
      return {
        id: '',
        type: command.type,
        by: 'operator',
        call: null,
        at,
        outcome: 'refused',
        reason: result.reason,
      };
    }
    return until(
      `the outcome of ${JSON.stringify(command)}`,
      (now) => now.outcomes.find(({ id, outcome }) => id === result.id && outcome !== 'pending'),
      15_000,
    );
  }

  await until('the first board', () => true);
  return {
    board,
    send,
    act,
    async done(command) {
      const outcome = await act(command);
      if (outcome.outcome !== 'done') {
        throw new Error(
          `${JSON.stringify(command)} ended as ${JSON.stringify(outcome)}\nthe board is ${describe(latest)}`,
        );
      }
      return outcome;
    },
    async refused(command) {
      const outcome = await act(command);
      if (outcome.outcome !== 'refused')
        throw new Error(`${JSON.stringify(command)} was not refused: ${JSON.stringify(outcome)}`);
      return outcome.reason?.key ?? '';
    },
    query: (name, args) => ask({ type: 'query', name, args }),
    until,
    call: (number, state, waitMs) =>
      until(
        `a call of ${number}${state ? ` that is ${state}` : ''}`,
        (now) =>
          now.calls.find(
            (call) => call.party.number === number && (!state || call.connection.state === state),
          ),
        waitMs,
      ),
    gone: (number, waitMs) =>
      until(
        `no call of ${number}`,
        (now) => now.calls.every((call) => call.party.number !== number) || null,
        waitMs,
      ) as Promise<true>,
    close: () => socket.close(),
  };
}

function describe(board: Board | null): string {
  if (!board) return 'none';
  const { link, line, headset, calls, source, destination, extended, outcomes, anomalies } = board;
  return JSON.stringify(
    { link, line, headset, calls, source, destination, extended, outcomes: outcomes.slice(-5), anomalies },
    null,
    1,
  );
}
