import { parentPort, workerData } from 'node:worker_threads';
import type { Kysely } from 'kysely';
import type { Database } from './database.ts';
import { openDatabase } from './open-database.ts';
import { StoreError } from './store-error.ts';
import { STORE_FUNCTIONS } from './store-functions.ts';
import type { StoreReply, StoreRequest, WorkerStart } from './worker-messages.ts';

// The thread in which the database lives. Requests are served one after another, in their order.
const port = parentPort;
if (port === null) throw new Error('this file is started as a worker');

const { file } = workerData as WorkerStart;
const opening = openDatabase(file);
opening.catch(() => undefined);
let last: Promise<void> = Promise.resolve();

port.on('message', (request: StoreRequest) => {
  last = last.then(async () => port.postMessage(await serve(request)));
});

async function serve({ id, name, args }: StoreRequest): Promise<StoreReply> {
  try {
    const { db, close } = await opening;
    if (name === 'close') {
      await close();
      return { id, ok: true, value: null };
    }
    const serveOne: (db: Kysely<Database>, ...args: never[]) => Promise<unknown> = STORE_FUNCTIONS[name];
    return { id, ok: true, value: await serveOne(db, ...(args as never[])) };
  } catch (error) {
    const code = error instanceof StoreError ? error.code : 'failed';
    return { id, ok: false, code, message: error instanceof Error ? error.message : String(error) };
  }
}
