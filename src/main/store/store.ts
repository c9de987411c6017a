import { Worker } from 'node:worker_threads';
import type { CallLogWrite } from '../../contract/call-log.ts';
import type { QueryAnswers, QueryArgs, StoreQueryName } from '../../contract/queries.ts';
import { StoreError } from './store-error.ts';
import type { AnswerOf, ArgsOf, StoreFunctionName } from './store-functions.ts';
import type { StoreReply, StoreRequest, WorkerStart } from './worker-messages.ts';

/** Requests under way at most; beyond it they are refused, as the disk does not keep up. */
const REQUEST_LIMIT = 1_000;

/** The database. Every function rejects with StoreError; what it acknowledged is on the disk. */
export type Store = {
  appendCallLog(entries: readonly CallLogWrite[]): Promise<void>;
  query<N extends StoreQueryName>(name: N, args: QueryArgs<N>): Promise<QueryAnswers[N]>;
  readSettings(): Promise<Readonly<Record<string, unknown>>>;
  writeSettings(settings: Readonly<Record<string, unknown>>): Promise<void>;
  close(): Promise<void>;
};

/** Opens the database's thread and returns at once; a file that cannot be opened shows with the first request. */
export function openStore(file: string): Store {
  const thread = new StoreThread(file);
  return {
    appendCallLog: (entries) => thread.ask('appendCallLog', [entries]),
    query: (name, args) => answerQuery(thread, name, args),
    readSettings: () => thread.ask('readSettings', []),
    writeSettings: (settings) => thread.ask('writeSettings', [settings]),
    close: () => thread.close(),
  };
}

async function answerQuery<N extends StoreQueryName>(
  thread: StoreThread,
  name: N,
  args: QueryArgs<N>,
): Promise<QueryAnswers[N]> {
  const questions: { [Q in StoreQueryName]: (args: QueryArgs<Q>) => Promise<QueryAnswers[Q]> } = {
    'call-log': (one) => thread.ask('readCallLog', [one]),
    'call-events': (one) => thread.ask('readCallEvents', [one]),
  };
  return questions[name](args);
}

type Waiting = { readonly resolve: (value: unknown) => void; readonly reject: (error: StoreError) => void };

/** The worker and the requests under way. A worker that failed is started again by the next request. */
class StoreThread {
  readonly #file: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null;
  #lastId = 0;
  #closed = false;

  constructor(file: string) {
    this.#file = file;
    this.#worker = this.#begin();
  }

  ask<N extends StoreFunctionName>(name: N, args: ArgsOf<N>): Promise<AnswerOf<N>> {
    return this.#request(name, args) as Promise<AnswerOf<N>>;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    const worker = this.#worker;
    if (worker !== null) await this.#request('close', []).catch(() => undefined);
    this.#closed = true;
    await worker?.terminate();
  }

  #request(name: StoreRequest['name'], args: readonly unknown[]): Promise<unknown> {
    if (this.#closed) return Promise.reject(new StoreError('closed', 'the store is closed'));
    if (this.#waiting.size >= REQUEST_LIMIT) {
      return Promise.reject(new StoreError('failed', `${REQUEST_LIMIT} requests wait for the store`));
    }
    this.#worker ??= this.#begin();
    const worker = this.#worker;
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, name, args } as StoreRequest);
    });
  }

  #begin(): Worker {
    const worker = new Worker(new URL('./store-worker.ts', import.meta.url), {
      workerData: { file: this.#file } satisfies WorkerStart,
    });
    worker.on('message', (reply: StoreReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if (reply.ok) waiting?.resolve(reply.value);
      else {
        waiting?.reject(new StoreError(reply.code, reply.message));
        // The file could not be opened, or the disk failed: the next request opens it anew.
        if (this.#waiting.size === 0 && !this.#closed) this.#drop(worker, reply.message);
      }
    });
    worker.on('error', (error) => this.#drop(worker, String(error)));
    worker.on('exit', () => this.#drop(worker, 'the thread of the store ended'));
    return worker;
  }

  #drop(worker: Worker, message: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(new StoreError('failed', message));
    this.#waiting.clear();
    void worker.terminate();
  }
}
