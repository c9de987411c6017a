import type { Kysely } from 'kysely';
import type { Database } from './database.ts';

/** Every setting that is kept, each a JSON value under its key. */
export async function readSettings(db: Kysely<Database>): Promise<Readonly<Record<string, unknown>>> {
  const rows = await db.selectFrom('settings').selectAll().orderBy('key').execute();
  return Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(value)]));
}

/** Keeps exactly these settings: a key that is not among them is forgotten. */
export async function writeSettings(
  db: Kysely<Database>,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  const rows = Object.entries(settings).map(([key, value]) => ({ key, value: JSON.stringify(value) }));
  await db.transaction().execute(async (transaction) => {
    await transaction.deleteFrom('settings').execute();
    if (rows.length > 0) await transaction.insertInto('settings').values(rows).execute();
  });
}
