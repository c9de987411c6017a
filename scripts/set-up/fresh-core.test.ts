import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneProject, projectRoot } from './fresh-clone.ts';

// Everything that belongs to the screen and its shell: the core must do without.
const SCREEN =
  /^(?:electron.*|@electron|react|react-dom|react-aria-components|zustand|i18next|react-i18next)$/;

let folder = '';
let clone = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cordboard-core-'));
  clone = join(folder, 'cordboard');
  cloneProject(clone);
  mkdirSync(join(clone, 'node_modules'));
  for (const name of readdirSync(join(projectRoot, 'node_modules'))) {
    const linked = join(clone, 'node_modules', name);
    if (!SCREEN.test(name)) symlinkSync(join(projectRoot, 'node_modules', name), linked, 'junction');
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(['electron', 'react'])('the package %s is not there', (name) => {
  const { stderr, status } = spawnSync(process.execPath, ['-e', `require.resolve('${name}')`], {
    cwd: clone,
    encoding: 'utf8',
  });
  expect(status).not.toBe(0);
  expect(stderr).toContain('MODULE_NOT_FOUND');
});

test('the core compiles without electron', () => {
  const tsc = join(clone, 'node_modules', 'typescript', 'bin', 'tsc');
  const run = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.core.json'], {
    cwd: clone,
    encoding: 'utf8',
  });
  expect(run.stdout + run.stderr).toBe('');
  expect(run.status).toBe(0);
});

test('the core starts without electron, although no exchange answers, and ends when it is told to', async () => {
  const settings = {
    // A port on which nothing answers: bound here, and deaf.
    exchange: { host: '127.0.0.1', port: await deafPort(), transport: 'udp', profile: 'asterisk-reference' },
    line: { number: '8000', password: 'secret' },
    headset: { number: '8001' },
    store: { file: join(folder, 'cordboard.sqlite') },
  };
  const file = join(folder, 'settings.json');
  writeFileSync(file, JSON.stringify(settings));
  const console = spawn(process.execPath, ['src/main/headless.ts', '--headless', '--settings', file], {
    cwd: clone,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const words: string[] = [];
  console.stderr.on('data', (text: Buffer) => words.push(text.toString('utf8')));
  const ended = once(console, 'close');
  const [first] = await Promise.race([
    once(createInterface(console.stdout), 'line'),
    ended.then(() => [`it ended: ${words.join('')}`]),
  ]);
  expect(first).toMatch(/^\{"event":"ready","url":"http:\/\/127\.0\.0\.1:\d+\/\?token=.+"\}$/);
  console.kill('SIGTERM');
  const [code] = await ended;
  expect(code, words.join('')).toBe(0);
});

/** A UDP port that is bound and never answers, so that no other program can come to it during the test. */
async function deafPort(): Promise<number> {
  const socket = createSocket('udp4').unref();
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  afterAll(() => void socket.close());
  return socket.address().port;
}
