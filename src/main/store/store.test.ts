import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { logEntry } from '../testing/log-entry.ts';
import { openStore, type Store } from './store.ts';

let folder = '';
let file = '';
let open: Store[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cordboard-store-'));
  file = join(folder, 'deep', 'cordboard.db');
});

afterEach(async () => {
  for (const store of open) await store.close();
  open = [];
  rmSync(folder, { recursive: true, force: true });
});

function openHere(): Store {
  const store = openStore(file);
  open.push(store);
  return store;
}

describe('the call log', () => {
  test('has a row a call, which follows the call, and its events in their order', async () => {
    const store = openHere();
    const { call } = logEntry(1);
    await store.appendCallLog([logEntry(1)]);
    await store.appendCallLog([
      logEntry(2, { event: 'established', call: { ...call, answeredAt: 1_002 } }),
      logEntry(3, { event: 'extended', detail: { target: '8004' }, call: { ...call, answeredAt: 1_002 } }),
      logEntry(4, {
        event: 'cleared',
        call: { ...call, answeredAt: 1_002, party: { number: '01234', name: 'Wang' } },
        end: { at: 1_004, cause: { key: 'normal', detail: 'Q.850 16' }, by: 'party' },
      }),
    ]);
    expect(await store.query('call-log', { limit: 10 })).toEqual([
      {
        row: 1,
        epoch: 'epoch',
        call: 'a',
        direction: 'in',
        origin: 'outside',
        party: { number: '01234', name: 'Wang' },
        calledNumber: '8000',
        arrivedAt: 1_000,
        answeredAt: 1_002,
        endedAt: 1_004,
        cause: { key: 'normal', detail: 'Q.850 16' },
        by: 'party',
      },
    ]);
    expect(await store.query('call-events', { epoch: 'epoch', call: 'a' })).toEqual([
      { at: 1_001, event: 'delivered', detail: {} },
      { at: 1_002, event: 'established', detail: {} },
      { at: 1_003, event: 'extended', detail: { target: '8004' } },
      { at: 1_004, event: 'cleared', detail: {} },
    ]);
  });

  test('is read from the newest, page by page', async () => {
    const store = openHere();
    const { call } = logEntry(1);
    const entries = Array.from({ length: 5 }, (_none, index) =>
      logEntry(index + 1, { call: { ...call, id: `call-${index + 1}` } }),
    );
    await store.appendCallLog(entries);
    const page = await store.query('call-log', { limit: 2 });
    expect(page.map((row) => row.call)).toEqual(['call-5', 'call-4']);
    const next = await store.query('call-log', { limit: 2, before: page.at(-1)?.row ?? 0 });
    expect(next.map((row) => row.call)).toEqual(['call-3', 'call-2']);
  });

  test('takes a repeated write as one, so that a lost answer can be asked for again', async () => {
    const store = openHere();
    await store.appendCallLog([logEntry(1), logEntry(2, { event: 'established' })]);
    await store.appendCallLog([logEntry(1), logEntry(2, { event: 'established' })]);
    expect(await store.query('call-log', { limit: 10 })).toHaveLength(1);
    expect(await store.query('call-events', { epoch: 'epoch', call: 'a' })).toHaveLength(2);
  });

  test('writes all of a batch or nothing', async () => {
    const store = openHere();
    const broken = logEntry(2, { call: { ...logEntry(1).call, id: 'b', direction: 'sideways' as 'in' } });
    await expect(store.appendCallLog([logEntry(1), broken])).rejects.toMatchObject({ code: 'failed' });
    expect(await store.query('call-log', { limit: 10 })).toEqual([]);
  });

  test('is for its owner alone', async () => {
    const store = openHere();
    await store.appendCallLog([logEntry(1)]);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(statSync(`${file}-wal`).mode & 0o077).toBe(0);
  });
});

test('settings are kept as a whole', async () => {
  const store = openHere();
  await store.writeSettings({ line: { number: '8000' }, agent: 'embedded', old: 1 });
  await store.writeSettings({ line: { number: '8000' }, agent: 'embedded' });
  await store.close();
  expect(await openHere().readSettings()).toEqual({ agent: 'embedded', line: { number: '8000' } });
});

test('a store that cannot be opened says so with every request, and works when it can be', async () => {
  file = join(folder, 'in-the-way');
  mkdirSync(file);
  const store = openHere();
  await expect(store.readSettings()).rejects.toMatchObject({ code: 'failed' });
  rmSync(file, { recursive: true });
  expect(await store.readSettings()).toEqual({});
});

test('a closed store refuses', async () => {
  const store = openHere();
  await store.close();
  await expect(store.readSettings()).rejects.toMatchObject({ code: 'closed' });
});

test('killed in the middle of writing, no acknowledged row is lost', async () => {
  const writer = join(import.meta.dirname, '..', 'testing', 'write-until-killed.ts');
  const child = spawn(process.execPath, [writer, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let acknowledged = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line);
    if (acknowledged >= 40) child.kill('SIGKILL');
  }
  expect((await exited)[1]).toBe('SIGKILL');
  const store = openHere();
  const rows = await store.query('call-log', { limit: 500 });
  const kept = new Set(rows.map((row) => row.call));
  const lost = Array.from({ length: acknowledged }, (_none, index) => `call-${index + 1}`).filter(
    (call) => !kept.has(call),
  );
  expect(lost).toEqual([]);
});
