import type { Kysely } from 'kysely';
import { settingsAndCalls } from './0010-settings-and-calls.ts';

export type Migration = {
  readonly version: number;
  readonly up: (db: Kysely<unknown>) => Promise<void>;
};

/** Forward only, in their order; one that was released is never edited. */
export const MIGRATIONS: readonly Migration[] = [{ version: 10, up: settingsAndCalls }];
