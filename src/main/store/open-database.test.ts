import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MIGRATIONS, type Migration } from './migrations/migrations.ts';
import { openDatabase } from './open-database.ts';

let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cordboard-database-'));
  file = join(folder, 'cordboard.db');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function look<T>(read: (sqlite: Sqlite.Database) => T, at: string = file): T {
  const sqlite = new Sqlite(at, { readonly: true });
  try {
    return read(sqlite);
  } finally {
    sqlite.close();
  }
}

const versionOf = (sqlite: Sqlite.Database) => sqlite.pragma('user_version', { simple: true });

describe('the schema', () => {
  test('is the golden one, in the real file', async () => {
    const { close } = await openDatabase(file);
    await close();
    const statements = look((sqlite) =>
      sqlite
        .prepare<[], { sql: string }>(
          "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name",
        )
        .all(),
    );
    const schema = `${statements.map((row) => `${row.sql};`).join('\n\n')}\n`;
    expect(schema).toBe(readFileSync(join(import.meta.dirname, 'schema.golden.sql'), 'utf8'));
    expect(look(versionOf)).toBe(MIGRATIONS.at(-1)?.version);
  });

  test('has strict tables only, and versions that count up', async () => {
    const { close } = await openDatabase(file);
    await close();
    const loose = look((sqlite) =>
      sqlite
        .prepare(
          "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'",
        )
        .all(),
    );
    expect(loose).toEqual([]);
    const versions = MIGRATIONS.map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
  });

  test('is kept by a write-ahead log that is on the disk before a row is acknowledged', async () => {
    const { db, close } = await openDatabase(file);
    const read = async (pragma: string) =>
      Object.values<unknown>(
        (await sql.raw<Record<string, unknown>>(`PRAGMA ${pragma}`).execute(db)).rows[0] ?? {},
      );
    expect(await read('journal_mode')).toEqual(['wal']);
    expect(await read('synchronous')).toEqual([2]);
    expect(await read('foreign_keys')).toEqual([1]);
    await close();
  });
});

describe('a migration', () => {
  const next = (up: Migration['up']): readonly Migration[] => [...MIGRATIONS, { version: 999, up }];

  test('copies the file before, keeps the rows, and runs once', async () => {
    const first = await openDatabase(file);
    await first.db.insertInto('settings').values({ key: 'a', value: '1' }).execute();
    await first.close();
    let runs = 0;
    const migrations = next(async (db) => {
      runs += 1;
      await sql`CREATE TABLE more (x INTEGER) STRICT`.execute(db);
    });
    for (const _again of [1, 2]) {
      const opened = await openDatabase(file, migrations);
      expect(await opened.db.selectFrom('settings').selectAll().execute()).toEqual([
        { key: 'a', value: '1' },
      ]);
      await opened.close();
    }
    expect(runs).toBe(1);
    const copy = `${file}.before-999`;
    expect(statSync(copy).mode & 0o077).toBe(0);
    expect(look(versionOf, copy)).toBe(MIGRATIONS.at(-1)?.version);
    expect(look((sqlite) => sqlite.prepare('SELECT key FROM settings').all(), copy)).toEqual([{ key: 'a' }]);
  });

  test('that fails leaves the file as it was', async () => {
    const first = await openDatabase(file);
    await first.close();
    const migrations = next(async (db) => {
      await sql`CREATE TABLE half (x INTEGER) STRICT`.execute(db);
      throw new Error('stopped half-way');
    });
    await expect(openDatabase(file, migrations)).rejects.toThrow('stopped half-way');
    expect(look(versionOf)).toBe(MIGRATIONS.at(-1)?.version);
    expect(
      look((sqlite) => sqlite.prepare("SELECT name FROM sqlite_schema WHERE name = 'half'").all()),
    ).toEqual([]);
  });

  test('of a new file copies nothing', async () => {
    const { close } = await openDatabase(file);
    await close();
    expect(existsSync(`${file}.before-${MIGRATIONS.at(-1)?.version}`)).toBe(false);
  });
});

test('a newer file is refused and not touched', async () => {
  const sqlite = new Sqlite(file);
  sqlite.pragma('user_version = 100000');
  sqlite.close();
  const before = readFileSync(file);
  await expect(openDatabase(file)).rejects.toMatchObject({
    name: 'StoreError',
    code: 'newer',
    message: expect.stringContaining('100000') as string,
  });
  expect(readFileSync(file)).toEqual(before);
});
