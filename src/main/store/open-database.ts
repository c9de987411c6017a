import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely, SqliteDialect, sql } from 'kysely';
import type { Database } from './database.ts';
import { MIGRATIONS, type Migration } from './migrations/migrations.ts';
import { StoreError } from './store-error.ts';

export type OpenedDatabase = { readonly db: Kysely<Database>; readonly close: () => Promise<void> };

/**
 * Opens the file and brings it to the newest version. The copy made before that lies beside it as
 * `FILE.before-VERSION`. Throws StoreError: `newer` when a newer program wrote the file.
 */
export async function openDatabase(
  file: string,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<OpenedDatabase> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Who called whom is for the owner's eyes; SQLite gives its other files the same mode.
  closeSync(openSync(file, 'a', 0o600));
  const sqlite = new Sqlite(file, { timeout: 5_000 });
  try {
    const version = Number(sqlite.pragma('user_version', { simple: true }));
    const newest = migrations.at(-1)?.version ?? 0;
    if (version > newest) {
      throw new StoreError(
        'newer',
        `the database has version ${version}, this program knows up to ${newest}`,
      );
    }
    sqlite.pragma('journal_mode = WAL');
    // An acknowledged row outlives a power failure.
    sqlite.pragma('synchronous = FULL');
    sqlite.pragma('foreign_keys = ON');
    const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: sqlite }) });
    const due = migrations.filter((migration) => migration.version > version);
    if (due.length > 0) {
      if (version > 0) copyBefore(sqlite, file, newest);
      await migrate(db, due);
    }
    return { db, close: () => db.destroy() };
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

function copyBefore(sqlite: Sqlite.Database, file: string, newest: number): void {
  const copy = `${file}.before-${newest}`;
  // An empty file takes the copy, with the mode that it has.
  rmSync(copy, { force: true });
  closeSync(openSync(copy, 'w', 0o600));
  sqlite.prepare('VACUUM INTO ?').run(copy);
}

/** All of them or none. */
async function migrate(db: Kysely<Database>, due: readonly Migration[]): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    for (const { version, up } of due) {
      await up(transaction as unknown as Kysely<unknown>);
      await sql.raw(`PRAGMA user_version = ${version}`).execute(transaction);
    }
  });
}
