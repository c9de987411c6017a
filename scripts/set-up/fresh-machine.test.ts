import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bareMachinePath, cloneProject, newcomersEnv, projectRoot } from './fresh-clone.ts';
import { ensureMachineTools } from './machine-tools.ts';

const tools = ensureMachineTools();
const HIDDEN = ['python', 'python3', 'gcc', 'g++', 'cc', 'c++', 'clang', 'make', 'cmake', 'ld', 'node-gyp'];

// What is loaded needs a program of its own for this machine, which must have come with its package.
const USE_NATIVE_PACKAGES = `
  const { default: Database } = await import('better-sqlite3');
  const db = new Database('trial.sqlite');
  db.exec('CREATE TABLE call (number TEXT) STRICT');
  db.prepare('INSERT INTO call VALUES (?)').run('8000');
  const { SerialPort } = await import('serialport');
  const { autoDetect } = await import('@serialport/bindings-cpp');
  console.log(JSON.stringify({
    node: process.version,
    row: db.prepare('SELECT number FROM call').get(),
    serial: [typeof SerialPort, typeof autoDetect().open],
  }));
`;

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cordboard-fresh-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The first command of the README in a fresh clone, then the packages with programs of their own. */
function expectSetUp(node: string, npmCli: string, oldNode: boolean, extra: NodeJS.ProcessEnv): void {
  const clone = join(folder, 'cordboard');
  cloneProject(clone);
  const path = bareMachinePath(join(folder, 'bin'), node, npmCli);
  const run = (command: string, args: readonly string[]) =>
    spawnSync(join(path, command), args, {
      cwd: clone,
      // The project's .npmrc keeps npm's warnings back; this lets them be seen.
      env: { ...newcomersEnv(path), npm_config_loglevel: 'warn', ...extra },
      encoding: 'utf8',
    });

  for (const name of HIDDEN) expect(run('sh', ['-c', `command -v ${name}`]).stdout, name).toBe('');

  // The set-up keeps npm quiet; here npm says all that it has to say about the packages, without installing them.
  const trial = run('npm', ['ci', '--dry-run', '--include=dev', '--ignore-scripts']);
  expect(trial.status, trial.stderr).toBe(0);
  const complaints = unsuitedPackages(trial.stderr);
  // On an older Node the packages cannot run, and do not: that is why the project fetches a Node of its own.
  if (oldNode) expect(complaints).toContainEqual(expect.stringMatching(/^better-sqlite3@/));
  else expect(complaints).toEqual([]);
  expect(ownWarnings(trial.stderr).filter((line) => !line.includes('EBADENGINE'))).toEqual([]);

  const start = run('npm', ['start']);
  expect(start.stderr).toContain('setting up: installing the packages');
  expect(start.stderr).toContain('setting up: fetching Node');
  // Nothing but what helps: no warning about engines, scripts or deprecated packages.
  expect(ownWarnings(start.stderr)).toEqual([]);
  expect(start.stderr).toContain('settings.example.json');
  expect(start.status).toBe(2);
  expect(existsSync(join(clone, 'node_modules/better-sqlite3/build'))).toBe(false);

  const use = run('node', ['scripts/run.mjs', 'node', '--input-type=module', '-e', USE_NATIVE_PACKAGES]);
  expect(use.stderr).toBe('');
  expect(JSON.parse(use.stdout)).toEqual({
    node: pinnedVersion(),
    row: { number: '8000' },
    serial: ['function', 'function'],
  });
}

/** The lines in which npm warns. What it says of the settings in the user's own `.npmrc` is not the project's affair. */
function ownWarnings(stderr: string): readonly string[] {
  return stderr
    .split('\n')
    .filter((line) => /npm (?:warn|error)|EBADENGINE|deprecat|gyp/i.test(line))
    .filter((line) => !/^npm warn Unknown (?:user|global) config /i.test(line));
}

/** The packages that do not suit the Node and the npm that install them, as npm says. */
function unsuitedPackages(stderr: string): readonly string[] {
  return [...stderr.matchAll(/EBADENGINE +package: '([^']+)'/g)].map(([, name = '']) => name);
}

function pinnedVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  const { devDependencies } = manifest as { devDependencies: { node: string } };
  return `v${devDependencies.node}`;
}

const machines: readonly {
  readonly name: string;
  readonly node: '20' | '24';
  readonly npm: 'npm10' | 'npm11';
  readonly extra?: NodeJS.ProcessEnv;
}[] = [
  { name: 'npm 10 on Node 20', node: '20', npm: 'npm10' },
  { name: 'npm 11 on Node 20', node: '20', npm: 'npm11' },
  { name: 'npm 10 on Node 24', node: '24', npm: 'npm10' },
  {
    name: 'npm 11 on Node 24, in production mode',
    node: '24',
    npm: 'npm11',
    extra: { NODE_ENV: 'production' },
  },
];

test.for(machines)('without Python and compiler: $name', ({ node, npm, extra = {} }, context) => {
  if ('missing' in tools) return context.skip(tools.missing);
  const old = node === '20';
  expectSetUp(old ? tools.node20 : process.execPath, tools[npm], old, extra);
});
