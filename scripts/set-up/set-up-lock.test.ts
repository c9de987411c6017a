import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const LOCK_MODULE = new URL('./set-up-lock.mjs', import.meta.url).href;
let folder = '';
let lock = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cordboard-lock-'));
  lock = join(folder, 'cache', 'set-up.lock');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that takes the lock and does `work` in it. */
function worker(work: string): readonly string[] {
  const file = JSON.stringify(lock);
  const source = `
    import { appendFileSync } from 'node:fs';
    import { withLock } from ${JSON.stringify(LOCK_MODULE)};
    withLock(${file}, () => { ${work} });`;
  return ['--input-type=module', '-e', source];
}

test('two processes do their work one after the other, and the lock is gone afterwards', async () => {
  const log = JSON.stringify(join(folder, 'log'));
  const pause = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);';
  const work = `appendFileSync(${log}, 'in '); ${pause} appendFileSync(${log}, 'out ');`;
  const workers = [1, 2, 3].map(() => spawn(process.execPath, worker(work), { stdio: 'ignore' }));
  const ends = await Promise.all(workers.map((one) => once(one, 'close')));
  expect(ends.map(([code]) => Number(code))).toEqual([0, 0, 0]);
  expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('in out in out in out ');
  expect(existsSync(lock)).toBe(false);
});

test('the lock of a process that is gone is taken over', () => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  mkdirSync(join(folder, 'cache'));
  writeFileSync(lock, String(gone));
  const run = spawnSync(process.execPath, worker("console.log('done')"), {
    encoding: 'utf8',
    timeout: 10_000,
  });
  expect(run.stdout).toBe('done\n');
});

test('the lock is freed when the work fails', () => {
  const run = spawnSync(process.execPath, worker("throw new Error('no disk')"), { encoding: 'utf8' });
  expect(run.stderr).toContain('no disk');
  expect(existsSync(lock)).toBe(false);
});
