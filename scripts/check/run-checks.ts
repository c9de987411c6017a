import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkImports } from '../import-rule/check-imports.ts';
import { longFiles } from './file-sizes.ts';

export type CheckResult = {
  readonly name: string;
  readonly ok: boolean;
  /** What is wrong, as the tool says it. */
  readonly output: string;
  readonly seconds: number;
};

type Verdict = { readonly ok: boolean; readonly output: string };
type Check = { readonly name: string; readonly run: () => Verdict | Promise<Verdict> };

const FOLDERS = ['src', 'e2e', 'bench', 'scripts'];

/** Runs every check, also after one has failed, and tells each result as it comes. */
export async function runChecks(
  root: string,
  onResult: (result: CheckResult) => void,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, run } of checksOf(root)) {
    const began = performance.now();
    const { ok, output } = await run();
    const result = { name, ok, output, seconds: (performance.now() - began) / 1000 };
    results.push(result);
    onResult(result);
  }
  return results;
}

function checksOf(root: string): readonly Check[] {
  const folders = FOLDERS.filter((folder) => existsSync(join(root, folder)));
  const types = (project: string): Check => ({
    name: `types (${project})`,
    run: () => tool(root, 'tsc', ['-p', project]),
  });
  return [
    // Notes of level "info" are suggestions; everything else fails.
    {
      name: 'format',
      run: () => tool(root, 'biome', ['ci', '--error-on-warnings', '--diagnostic-level=warn']),
    },
    // Folders are named, as oxlint would walk the packages where there is no .gitignore.
    {
      name: 'lint',
      run: () => tool(root, 'oxlint', ['--type-aware', '--deny-warnings', ...folders, 'vitest.config.ts']),
    },
    types('tsconfig.json'),
    types('tsconfig.core.json'),
    types('tsconfig.set-up.json'),
    { name: 'imports', run: () => importVerdict(root) },
    { name: 'file sizes', run: () => sizeVerdict(root, folders) },
  ];
}

function importVerdict(root: string): Verdict {
  const findings = checkImports(root).map(({ file, line, reason }) => `${file}:${line} ${reason}`);
  return { ok: findings.length === 0, output: findings.join('\n') };
}

function sizeVerdict(root: string, folders: readonly string[]): Verdict {
  const long = longFiles(root, folders).map(
    ({ file, lines, limit }) => `${file}: ${lines} lines, limit ${limit}`,
  );
  return { ok: long.length === 0, output: long.join('\n') };
}

function tool(root: string, command: string, args: readonly string[]): Promise<Verdict> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.stderr.on('data', (part: Buffer) => parts.push(part));
    child.on('error', (error) => resolve({ ok: false, output: `${command}: ${error.message}` }));
    child.on('close', (code) =>
      resolve({ ok: code === 0, output: Buffer.concat(parts).toString('utf8').trim() }),
    );
  });
}
