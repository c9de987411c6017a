import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import type { settingsSchema } from '../../src/contract/settings.ts';
import { agentOfTests } from './agent-of-tests.ts';
import { type Desk, openDesk } from './desk.ts';

const READY_MS = 20_000;
const HEADLESS = join(import.meta.dirname, '../../src/main/headless.ts');

/** The real console program under plain Node, and a desk at it. */
export type Console = {
  readonly url: string;
  readonly desk: Desk;
  readonly pid: number;
  /** The last lines that it logged. */
  log(): string;
  /** As an operator ends it; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** As a crash ends it. */
  kill(): Promise<void>;
};

/** What a settings file may hold, before its defaults. */
export type ConsoleSettings = Pick<
  z.input<typeof settingsSchema>,
  'exchange' | 'line' | 'headset' | 'desk' | 'agent'
>;

/**
 * Starts the console headless with these settings and connects a desk. `preload` is a module that the process loads
 * first (a probe of a bench).
 */
export async function startConsole(
  settings: ConsoleSettings,
  options: { readonly args?: readonly string[]; readonly preload?: string; readonly folder?: string } = {},
): Promise<Console> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'cordboard-console-')));
  const file = join(folder, 'settings.json');
  const store = { file: join(folder, 'cordboard.db') };
  const agent = settings.agent ?? agentOfTests(process.env.CORDBOARD_DRACHTIO);
  await writeFile(file, JSON.stringify({ ...settings, agent, store }));
  const args = options.args ?? [];
  // CORDBOARD_TEST_TRACE names a folder: each console of a test writes its SIP messages there, to look at a failure.
  const traces = process.env.CORDBOARD_TEST_TRACE;
  const trace =
    traces && agent === 'embedded' && !args.includes('--trace')
      ? ['--trace', join(traces, `${settings.line.number}-${process.pid}-${Date.now()}.sip`)]
      : [];
  const preload = options.preload === undefined ? [] : ['--import', options.preload];
  const child = spawn(
    process.execPath,
    [...preload, HEADLESS, '--headless', '--settings', file, ...trace, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.push(line);
    if (log.length > 400) log.shift();
  });
  const killNow = () => child.kill('SIGKILL');
  process.once('exit', killNow);
  const url = await readyUrl(child, log);
  const desk = await openDesk(url);

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    desk.close();
    process.removeListener('exit', killNow);
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    }
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    return child.exitCode;
  }

  return {
    url,
    desk,
    pid: child.pid ?? 0,
    log: () => log.join('\n'),
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
  };
}

async function readyUrl(child: ChildProcess, log: readonly string[]): Promise<string> {
  if (!child.stdout) throw new Error('the console has no standard output');
  const lines = createInterface({ input: child.stdout });
  const late = setTimeout(() => child.kill('SIGKILL'), READY_MS);
  for await (const line of lines) {
    const said = JSON.parse(line);
    if (said.event !== 'ready') continue;
    clearTimeout(late);
    return said.url;
  }
  clearTimeout(late);
  throw new Error(`the console did not become ready:\n${log.join('\n')}`);
}
