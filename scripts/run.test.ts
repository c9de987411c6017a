import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const runner = join(import.meta.dirname, 'run.mjs');

/** Runs a program of JavaScript through the runner. */
function run(...args: readonly string[]): { stdout: string; stderr: string; status: number | null } {
  return spawnSync(process.execPath, [runner, ...args], { encoding: 'utf8' });
}

test('every script of the package goes through the runner, so that it sets up and runs on the pinned Node', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  for (const [name, script] of Object.entries(manifest.scripts)) {
    expect(script, name).toMatch(/^node scripts\/run\.mjs /);
  }
});

test('the command finds the pinned Node and the packages’ commands first', () => {
  const { stdout, status } = run('node', '-p', 'process.execPath + "\\n" + process.env.PATH');
  const [program, path = ''] = stdout.trim().split('\n');
  expect(program).toContain(join('node_modules', 'node'));
  expect(path.split(delimiter).slice(0, 2)).toEqual([
    join(root, 'node_modules', 'node', 'bin'),
    join(root, 'node_modules', '.bin'),
  ]);
  expect(status).toBe(0);
});

test('arguments reach the command as they are, and its exit code comes back', () => {
  const program = 'console.log(JSON.stringify(process.argv.slice(1))); process.exit(7)';
  const { stdout, stderr, status } = run('node', '-e', program, '--', 'a b', '$HOME', '"', '--headless');
  expect(JSON.parse(stdout)).toEqual(['a b', '$HOME', '"', '--headless']);
  expect(stderr).toBe('');
  expect(status).toBe(7);
});

test('a command that is not there is told by name', () => {
  const { stderr, status } = run('no-such-command');
  expect(stderr).toContain('no-such-command did not start');
  expect(status).toBe(1);
});

test('without a command the usage is told', () => {
  expect(run()).toMatchObject({ status: 2, stderr: expect.stringContaining('usage:') });
});

test.skipIf(process.platform === 'win32')('a signal ends the command in its own way', async () => {
  const program =
    "process.on('SIGTERM', () => { console.log('ended'); process.exit(3); }); console.log('up'); setInterval(() => {}, 1000);";
  const child = spawn(process.execPath, [runner, 'node', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let words = '';
  child.stdout.on('data', (text: Buffer) => {
    words += text.toString('utf8');
    if (words === 'up\n') child.kill('SIGTERM');
  });
  const [code] = await once(child, 'close');
  expect(words).toBe('up\nended\n');
  expect(code).toBe(3);
});

test('npm start without settings says what it needs, names the example and ends with 2', () => {
  const { stdout, stderr, status } = run('node', 'scripts/start.ts');
  expect(stdout).toBe('');
  expect(stderr).toContain('a settings file is needed');
  expect(stderr).toContain('resources/settings.example.json');
  expect(status).toBe(2);
});
