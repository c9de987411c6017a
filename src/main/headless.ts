import { readFileSync } from 'node:fs';
import { format, parseArgs } from 'node:util';
import { parseSettings, type Settings } from '../contract/settings.ts';
import type { Log } from '../pbx-link/model/log.ts';
import { type Console, startConsole } from './compose.ts';
import { withSecrets } from './store/kept-settings.ts';
import { readSecrets, secretsFileOf } from './store/secrets.ts';
import { openStore } from './store/store.ts';
import { redactSip } from './trace/redact-sip.ts';
import { openTrace } from './trace.ts';

// The console without a screen, on plain Node:
//   headless.ts --settings FILE.json [--trace FILE]      settings from a file; they are kept in the store
//   headless.ts --store FILE [--trace FILE]              settings as they were kept
// One line on stdout when the contract is served; the log goes to stderr, one JSON object a line.
// Exit code 2: the command line or the settings are not right; 1: the console failed.

const USAGE = 'usage: --settings FILE.json | --store FILE  [--trace FILE] [--headless]';
const STOP_LIMIT_MS = 10_000;
/** drachtio-srf may print a whole SIP message; its beginning says enough. */
const CONSOLE_LINE_LIMIT = 1_000;

class StartError extends Error {}

const log: Log = (level, message, fields = {}) => {
  const at = new Date().toISOString();
  process.stderr.write(`${JSON.stringify({ at, level, message, ...fields }, plain)}\n`);
};

/**
 * drachtio-srf has no log to be given and prints by `console`: its lines go into the log like every other one, without
 * the secrets of a SIP message that is in them.
 */
function logConsole(): void {
  const warn = (...args: readonly unknown[]) =>
    log('warn', redactSip(format(...args)).slice(0, CONSOLE_LINE_LIMIT), { part: 'drachtio-srf' });
  Object.assign(console, { error: warn, warn });
}

function plain(_key: string, value: unknown): unknown {
  if (value instanceof Error) return value.message;
  return typeof value === 'bigint' ? value.toString() : value;
}

type CommandLine = { readonly settings?: string; readonly store?: string; readonly trace?: string };

function readCommandLine(): CommandLine {
  try {
    const { values } = parseArgs({
      options: {
        headless: { type: 'boolean' },
        settings: { type: 'string' },
        store: { type: 'string' },
        trace: { type: 'string' },
      },
      allowPositionals: false,
    });
    return values;
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

async function readAllSettings({ settings, store }: CommandLine): Promise<Settings> {
  if (settings !== undefined) return check(readJson(settings), settings);
  if (store === undefined) throw new StartError(USAGE);
  const kept = openStore(store);
  try {
    const open = await kept.readSettings();
    if (Object.keys(open).length === 0) throw new StartError(`${store}: no settings are kept there`);
    const json = {
      ...(withSecrets(open, await readSecrets(secretsFileOf(store))) as object),
      store: { file: store },
    };
    return check(json, store);
  } catch (error) {
    throw error instanceof StartError ? error : new StartError(`${store}: ${messageOf(error)}`);
  } finally {
    await kept.close();
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new StartError(`${file}: ${messageOf(error)}`);
  }
}

function check(json: unknown, file: string): Settings {
  const parsed = parseSettings(json);
  if (parsed.ok) return parsed.settings;
  throw new StartError(parsed.problems.map((problem) => `${file}: ${problem}`).join('\n'));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function start(): Promise<Console> {
  const commandLine = readCommandLine();
  const settings = await readAllSettings(commandLine);
  const { trace } = commandLine;
  if (trace !== undefined && settings.agent !== 'embedded') {
    throw new StartError(
      '--trace: only the embedded SIP agent sees the messages; settings.agent names another one',
    );
  }
  return startConsole({ settings, log, trace: trace === undefined ? null : beginTrace(trace) });
}

function beginTrace(file: string) {
  try {
    return openTrace(file, log);
  } catch (error) {
    throw new StartError(`--trace: ${messageOf(error)}`);
  }
}

/** Ends on a signal, and also on a fault of the program itself: calls are ended in order and nobody is left hanging. */
function stopInOrder(running: Console): void {
  let stopping = false;
  const stop = (exitCode: number): void => {
    if (stopping) process.exit(1);
    stopping = true;
    const late = setTimeout(() => {
      log('error', 'the console did not end in time');
      process.exit(1);
    }, STOP_LIMIT_MS);
    running.stop().then(
      () => {
        clearTimeout(late);
        process.exit(exitCode);
      },
      (error: unknown) => {
        log('error', 'the console did not end cleanly', { error });
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      log('info', 'the console ends', { signal });
      stop(0);
    });
  }
  for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(fault, (error: unknown) => {
      const stack = error instanceof Error ? error.stack : undefined;
      log('error', 'the console ends: a fault of the program', { fault, error, stack });
      if (!stopping) stop(1);
    });
  }
}

logConsole();
try {
  const running = await start();
  stopInOrder(running);
  process.stdout.write(`${JSON.stringify({ event: 'ready', url: running.host.url })}\n`);
} catch (error) {
  const expected = error instanceof StartError;
  process.stderr.write(`cordboard: ${messageOf(error)}\n`);
  process.exit(expected ? 2 : 1);
}
