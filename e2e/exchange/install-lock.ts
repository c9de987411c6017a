import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Longer than any installation takes: after it a lock counts as left behind, even if its process id lives. */
const STALE_MS = 10 * 60_000;

/**
 * Runs `work` while no other process does so under the same lock, a folder that this makes and removes.
 * A lock whose process has ended is taken over. Waits as long as the other works.
 */
export async function withLock<T>(lock: string, work: () => Promise<T>): Promise<T> {
  while (!(await tryLock(lock))) {
    if (await isStale(lock)) await rm(lock, { recursive: true, force: true });
    else await delay(250);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

async function tryLock(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  await writeFile(join(lock, 'pid'), String(process.pid));
  return true;
}

async function isStale(lock: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(lock);
    if (Date.now() - mtimeMs > STALE_MS) return true;
    const pid = Number(await readFile(join(lock, 'pid'), 'utf8'));
    // Between mkdir and writeFile there is no process id yet.
    if (!Number.isSafeInteger(pid) || pid <= 0) return false;
    return !isRunning(pid);
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
