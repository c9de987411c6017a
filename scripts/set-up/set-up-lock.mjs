import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Does `work` while no other process does: two commands started together must not both install. A lock whose owner
 * is gone is taken over.
 * @param {string} file the lock; holds its owner's process id
 * @param {() => void} work
 */
export function withLock(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  let told = false;
  while (!take(file)) {
    if (ownerIsGone(file)) rmSync(file, { force: true });
    else if (!told)
      console.error(`cordboard: another command is setting up; waiting for it to remove ${file}`);
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  try {
    work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** @param {string} file */
function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} file */
function ownerIsGone(file) {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return false;
  } catch (error) {
    // EPERM: alive, of another user. ENOENT: just released.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
