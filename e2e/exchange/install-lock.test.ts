import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from './install-lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cordboard-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('one works at a time', async () => {
  const lock = join(folder, 'lock');
  let inside = 0;
  const most = await Promise.all(
    [1, 2, 3].map(() =>
      withLock(lock, async () => {
        inside += 1;
        const seen = inside;
        await delay(20);
        inside -= 1;
        return seen;
      }),
    ),
  );
  expect(most).toEqual([1, 1, 1]);
});

test('a failure frees the lock', async () => {
  const lock = join(folder, 'lock');
  await expect(withLock(lock, () => Promise.reject(new Error('no mirror')))).rejects.toThrow('no mirror');
  expect(await withLock(lock, async () => 'free')).toBe('free');
});

test('the lock of a process that has ended is taken over', async () => {
  const lock = join(folder, 'lock');
  await mkdir(lock);
  // Above the highest process id that Linux gives.
  await writeFile(join(lock, 'pid'), '4194305');
  expect(await withLock(lock, async () => 'taken')).toBe('taken');
});

test('a lock left behind without a process id is taken over when it is old', async () => {
  const lock = join(folder, 'lock');
  await mkdir(lock);
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(lock, longAgo, longAgo);
  expect(await withLock(lock, async () => 'taken')).toBe('taken');
});
