import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const projectRoot = join(import.meta.dirname, '..', '..');

/** A clone of the project's last commit in `folder`: nothing that is only on this machine is in it. */
export function cloneProject(folder: string): void {
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', projectRoot, folder], { stdio: 'pipe' });
}

/**
 * A folder to be the whole PATH of a machine without Python and compilers: it holds a shell, `env`, the Node and the
 * npm that are given, and nothing else.
 */
export function bareMachinePath(folder: string, node: string, npmCli: string): string {
  mkdirSync(folder);
  symlinkSync('/bin/sh', join(folder, 'sh'));
  symlinkSync('/usr/bin/env', join(folder, 'env'));
  symlinkSync(node, join(folder, 'node'));
  const npm = join(folder, 'npm');
  writeFileSync(npm, `#!/bin/sh\nexec "${join(folder, 'node')}" "${npmCli}" "$@"\n`);
  chmodSync(npm, 0o755);
  return folder;
}

/** The environment of a newcomer's shell: nothing of the npm and the test runner that run this. */
export function newcomersEnv(path: string): NodeJS.ProcessEnv {
  const own = /^(?:npm_|VITEST|NODE_|NODE$|INIT_CWD$|CORDBOARD_|TEST$|CI$)/i;
  const reach = /^npm_config_(?:registry|cafile|https?_proxy|proxy|noproxy)$|^NODE_EXTRA_CA_CERTS$/i;
  const kept = Object.entries(process.env).filter(([name]) => !own.test(name) || reach.test(name));
  return { ...Object.fromEntries(kept), PATH: path };
}
