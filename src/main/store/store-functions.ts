import type { Kysely } from 'kysely';
import { appendCallLog, readCallEvents, readCallLog } from './call-log.ts';
import type { Database } from './database.ts';
import { readSettings, writeSettings } from './settings.ts';

/** What can be asked of the worker, by name. */
export const STORE_FUNCTIONS = {
  appendCallLog,
  readCallLog,
  readCallEvents,
  readSettings,
  writeSettings,
} as const;

export type StoreFunctions = typeof STORE_FUNCTIONS;
export type StoreFunctionName = keyof StoreFunctions;

type Tail<F> = F extends (db: Kysely<Database>, ...rest: infer R) => Promise<infer A>
  ? { readonly args: R; readonly answer: A }
  : never;

export type ArgsOf<N extends StoreFunctionName> = Tail<StoreFunctions[N]>['args'];
export type AnswerOf<N extends StoreFunctionName> = Tail<StoreFunctions[N]>['answer'];
