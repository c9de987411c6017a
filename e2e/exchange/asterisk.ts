import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ExchangeSettings, writeConfig } from './asterisk-config.ts';
import { ensureAsterisk } from './asterisk-install.ts';
import { readTree } from './asterisk-tree.ts';
import { freePort, rtpRange } from './free-port.ts';

const HOST = '127.0.0.1';
const START_MS = 20_000;
const CLI_MS = 10_000;
const LOG_BYTES = 64 * 1024;

const run = promisify(execFile);

/** A real Asterisk on loopback with the shipped profile. Its lines and phones are in `test-phones.ts`. */
export type Asterisk = {
  readonly host: string;
  readonly port: number;
  readonly version: string;
  /** Runs a command of Asterisk's console and returns what it prints. */
  cli(command: string): Promise<string>;
  /** How many channels it has now. */
  channels(): Promise<number>;
  /** The end of its log, about 64 KiB. `cli('pjsip set logger on')` puts the SIP messages into it. */
  log(): Promise<string>;
  /** Ends it at once, as a crash does: it says nothing to anyone. */
  kill(): Promise<void>;
  /** Runs it again after `kill`, with the same address and data; resolves when it serves. */
  start(): Promise<void>;
  /** Stops it in its tracks, as a machine without power to answer; `thaw` lets it go on. */
  freeze(): void;
  thaw(): void;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
};

/**
 * Starts an exchange on ports that are free now; several at once do not disturb each other.
 * Throws when there is no Asterisk on this machine: ask `ensureAsterisk` first, and skip the test by name.
 */
export async function startAsterisk(settings: ExchangeSettings = {}): Promise<Asterisk> {
  const found = await ensureAsterisk();
  if ('missing' in found) throw new Error(`no Asterisk: ${found.missing}`);
  const tree = await readTree(found.root);
  const work = await mkdtemp(join(tmpdir(), 'cordboard-asterisk-'));
  const port = await freePort(HOST);
  await writeConfig({ ...settings, ...rtpRange(), tree, version: found.version, work, host: HOST, port });
  const [program, ...words] = [...tree.asterisk, '-C', join(work, 'etc/asterisk.conf')];
  let child: ChildProcess | undefined;

  const killNow = () => child?.kill('SIGKILL');
  process.once('exit', killNow);

  async function cli(command: string): Promise<string> {
    const { stdout } = await run(program, [...words, '-rx', command], { timeout: CLI_MS });
    return stdout;
  }

  async function start(): Promise<void> {
    if (child !== undefined) throw new Error('Asterisk runs already');
    const started = spawn(program, [...words, '-f'], { stdio: 'ignore' });
    child = started;
    const deadline = performance.now() + START_MS;
    await rm(join(work, 'run/asterisk.ctl'), { force: true });
    while (performance.now() < deadline && started.exitCode === null && started.signalCode === null) {
      if (existsSync(join(work, 'run/asterisk.ctl'))) {
        const said = await cli('core waitfullybooted').catch(() => '');
        if (said.includes('fully booted')) return;
      }
      await delay(25);
    }
    await end('SIGKILL');
    throw new Error(`Asterisk did not start:\n${await log()}`);
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const ending = child;
    if (ending === undefined) return;
    child = undefined;
    if (ending.exitCode !== null || ending.signalCode !== null) return;
    const exited = once(ending, 'exit');
    ending.kill(signal);
    // A frozen process takes a signal to end only once it goes on.
    ending.kill('SIGCONT');
    const late = setTimeout(() => ending.kill('SIGKILL'), 3000);
    await exited;
    clearTimeout(late);
  }

  async function log(): Promise<string> {
    const file = await open(join(work, 'log/full')).catch(() => null);
    if (file === null) return '(no log)';
    try {
      const { size } = await file.stat();
      const length = Math.min(size, LOG_BYTES);
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
      return buffer.toString('utf8');
    } finally {
      await file.close();
    }
  }

  async function stop(): Promise<void> {
    await end('SIGTERM');
    process.removeListener('exit', killNow);
    await rm(work, { recursive: true, force: true });
  }

  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    host: HOST,
    port,
    version: found.version,
    cli,
    channels: async () =>
      Number(/(\d+) active channel/.exec(await cli('core show channels count'))?.[1] ?? 0),
    log,
    kill: () => end('SIGKILL'),
    start,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    stop,
  };
}
