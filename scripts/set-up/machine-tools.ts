import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Programs that a newcomer's machine may have: an old and a new npm, and the oldest Node that sets up. */
export type MachineTools = {
  readonly npm10: string;
  readonly npm11: string;
  readonly node20: string;
};

const NPM_10 = '10.9.9';
const NPM_11 = '11.21.2';
const NODE_20 = '20.20.2';

/**
 * Fetches the tools from the package registry into the user's cache, once. `missing` says why they cannot be had
 * here: without a registry no set-up can be tried at all, even with the tools cached.
 */
export function ensureMachineTools(): MachineTools | { readonly missing: string } {
  if (process.platform === 'win32') return { missing: 'hiding programs by PATH is not done on Windows' };
  const probe = npm(['view', `npm@${NPM_10}`, 'version'], 60_000);
  if (probe !== null) return { missing: `the package registry cannot be reached: ${probe}` };
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'cordboard', `set-up-tools-${NPM_10}-${NPM_11}-${NODE_20}`);
  if (!existsSync(folder)) {
    const fault = fetchInto(folder);
    if (fault !== null) throw new Error(`the tools for the test of the set-up were not fetched: ${fault}`);
  }
  const packages = join(folder, 'node_modules');
  return {
    npm10: join(packages, 'npm10', 'bin', 'npm-cli.js'),
    npm11: join(packages, 'npm11', 'bin', 'npm-cli.js'),
    node20: join(packages, 'node20', 'bin', 'node'),
  };
}

function fetchInto(folder: string): string | null {
  const parent = join(folder, '..');
  mkdirSync(parent, { recursive: true });
  const work = mkdtempSync(join(parent, 'fetching-'));
  try {
    const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
    const node20 = `node20@npm:${prefix}-${process.platform}-${process.arch}@${NODE_20}`;
    const packages = [`npm10@npm:npm@${NPM_10}`, `npm11@npm:npm@${NPM_11}`, node20];
    const fault = npm(['install', '--prefix', work, '--no-save', '--ignore-scripts', ...packages], 300_000);
    // Another run may have been quicker; its copy is as good.
    if (fault === null && !existsSync(folder)) renameSync(work, folder);
    return fault;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Null when npm did it; else its last words. */
function npm(args: readonly string[], timeout: number): string | null {
  const { status, stderr, error } = spawnSync('npm', [...args], { encoding: 'utf8', timeout });
  if (status === 0) return null;
  return error?.message ?? (stderr.trim().split('\n').slice(0, 2).join(' ') || `npm ended with ${status}`);
}
