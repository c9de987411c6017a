import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Board } from '../contract/board.ts';
import { answerOf, boardOf } from './testing/board-of.ts';
import { type SmallRegistrar, startSmallRegistrar } from './testing/small-registrar.ts';

const HEADLESS = join(import.meta.dirname, 'headless.ts');
const PASSWORD = 'PASSWORD-OF-THE-TEST';

let folder = '';
let settingsFile = '';
let children: ChildProcess[] = [];
let registrar: SmallRegistrar;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cordboard-headless-'));
  settingsFile = join(folder, 'settings.json');
  registrar = await startSmallRegistrar();
  write({});
});

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  registrar.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(change: object): void {
  const settings = {
    exchange: { host: '127.0.0.1', port: registrar.port },
    line: { number: '8000', password: PASSWORD },
    headset: { number: '8001' },
    desk: { bindAtStart: false },
    store: { file: join(folder, 'cordboard.db') },
    ...change,
  };
  writeFileSync(settingsFile, JSON.stringify(settings));
}

type Program = {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly errors: () => string;
  /** The address of the ready line. */
  readonly url: () => Promise<string>;
  /** The exit code. */
  readonly ended: Promise<number | null>;
};

function run(...args: readonly (string | { readonly preload: string })[]): Program {
  const words = args.filter((arg) => typeof arg === 'string');
  const preload = args.flatMap((arg) => (typeof arg === 'string' ? [] : ['--import', arg.preload]));
  const child = spawn(process.execPath, [...preload, HEADLESS, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const lines: string[] = [];
  let errors = '';
  child.stderr.on('data', (part: Buffer) => (errors += part.toString('utf8')));
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    lines,
    errors: () => errors,
    ended,
    async url() {
      while (lines.length === 0) {
        const over = await Promise.race([once(reader, 'line').then(() => false), ended.then(() => true)]);
        if (over) throw new Error(`the console ended: ${errors}`);
      }
      const ready = JSON.parse(lines[0] ?? '') as { event: string; url: string };
      expect(ready.event).toBe('ready');
      return ready.url;
    },
  };
}

const isUp = ({ link, line }: Board) => link.state === 'up' && line.state === 'registered';

describe('a start', () => {
  test('says one line when the contract is served, and the line comes up', async () => {
    const program = run('--headless', '--settings', settingsFile);
    const url = await program.url();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{40,}$/);
    const board = await boardOf(url, isUp);
    expect(board).toMatchObject({
      link: { state: 'up' },
      line: { number: '8000' },
      headset: { number: '8001' },
    });
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(program.lines).toHaveLength(1);
    // The line was given back: RFC 3261 10.2.2.
    expect(registrar.requests.findLast((request) => request.startsWith('REGISTER '))).toMatch(
      /^Expires: ?0\r$|;expires=0/m,
    );
  });

  test('shows an exchange that is not there as a board, not as an end', async () => {
    registrar.close();
    const program = run('--headless', '--settings', settingsFile);
    const board = await boardOf(await program.url(), ({ link }) => link.state === 'down');
    expect(board.link.reason).not.toBeNull();
    program.child.kill('SIGINT');
    expect(await program.ended).toBe(0);
    registrar = await startSmallRegistrar();
  });

  test('with --store takes the settings that were kept', async () => {
    const first = run('--headless', '--settings', settingsFile);
    await boardOf(await first.url(), isUp);
    first.child.kill('SIGTERM');
    await first.ended;
    const second = run('--headless', '--store', join(folder, 'cordboard.db'));
    await boardOf(await second.url(), isUp);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });

  test('writes no secret anywhere but into the file of secrets', async () => {
    const trace = join(folder, 'trace.txt');
    const program = run('--headless', '--settings', settingsFile, '--trace', trace);
    await boardOf(await program.url(), isUp);
    program.child.kill('SIGTERM');
    await program.ended;
    const traced = readFileSync(trace, 'utf8');
    expect(traced).toContain('REGISTER sip:');
    expect(traced).toMatch(/^Authorization: \[redacted\]\r$/m);
    const response = /response="([0-9a-f]+)"/.exec(registrar.requests.join('\n'))?.[1];
    expect(response).toMatch(/^[0-9a-f]{32}$/);
    for (const secret of [PASSWORD, 'NONCE-OF-THE-TEST', response ?? '']) {
      expect(traced).not.toContain(secret);
      expect(program.errors()).not.toContain(secret);
    }
    const open = readdirSync(folder).filter((name) => name !== 'settings.json' && !name.endsWith('.secrets'));
    for (const name of open) expect(readFileSync(join(folder, name)).includes(PASSWORD), name).toBe(false);
    expect(readFileSync(join(folder, 'cordboard.db.secrets'), 'utf8')).toContain(PASSWORD);
  });
});

describe('is refused with exit code 2 and the reason', () => {
  test.each<[string, object, string]>([
    ['an unknown key', { desk: { colour: 'red' } }, 'desk.colour: unknown key'],
    ['a wrong type', { host: { port: '0' } }, 'host.port: '],
  ])('for %s in the settings', async (_name, change, told) => {
    write(change);
    const program = run('--headless', '--settings', settingsFile);
    expect(await program.ended).toBe(2);
    expect(program.errors()).toContain(told);
    expect(program.lines).toEqual([]);
  });

  test.each<[string, readonly string[], string]>([
    ['a flag that there is not', ['--settngs', 'x'], '--settngs'],
    ['no settings', ['--headless'], 'usage: '],
    ['a file that is not there', ['--settings', 'no-such-file.json'], 'no-such-file.json'],
    ['a word too many', ['more'], 'more'],
  ])('for %s', async (_name, args, told) => {
    const program = run(...args);
    expect(await program.ended).toBe(2);
    expect(program.errors()).toContain(told);
  });

  test('for settings that are not JSON, or a store that keeps none', async () => {
    writeFileSync(settingsFile, '{');
    const program = run('--settings', settingsFile);
    expect(await program.ended).toBe(2);
    expect(program.errors()).toContain(settingsFile);
    const empty = run('--store', join(folder, 'empty.db'));
    expect(await empty.ended).toBe(2);
    expect(empty.errors()).toContain('no settings are kept there');
  });

  test('for a trace where another agent sees the messages', async () => {
    write({ agent: { host: '127.0.0.1', port: 9022, secret: 'x' } });
    const program = run('--settings', settingsFile, '--trace', join(folder, 'trace.txt'));
    expect(await program.ended).toBe(2);
    expect(program.errors()).toContain('--trace: only the embedded SIP agent');
  });
});

test('a fault of the program ends it in order, with exit code 1 and the stack in the log', async () => {
  const fault = join(folder, 'fault.mjs');
  writeFileSync(fault, "process.on('SIGUSR2', () => { throw new Error('FAULT-OF-THE-TEST'); });");
  const program = run('--settings', settingsFile, { preload: fault });
  await boardOf(await program.url(), isUp);
  program.child.kill('SIGUSR2');
  expect(await program.ended).toBe(1);
  expect(program.errors()).toContain('FAULT-OF-THE-TEST');
  expect(registrar.requests.findLast((request) => request.startsWith('REGISTER '))).toMatch(
    /^Expires: ?0\r$|;expires=0/m,
  );
});

describe('the log is JSON lines', () => {
  const linesOf = (program: Program) =>
    program
      .errors()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  test('also for what drachtio-srf prints by itself, without secrets and bounded', async () => {
    const print = join(folder, 'print.mjs');
    const message = [
      'REGISTER sip:pbx SIP/2.0',
      'Authorization: Digest response="SECRET-1"',
      `X: ${'x'.repeat(5_000)}`,
    ];
    writeFileSync(
      print,
      `process.on('SIGUSR2', () => {
        console.error('Dialog#removeSubscription: no subscription found for %s: subs: %s', 'a', 'b');
        console.error('NOT-PARSED', ${JSON.stringify(message.join('\r\n'))});
        console.warn({ two: 2 });
        process.kill(process.pid, 'SIGTERM');
      });`,
    );
    const program = run('--settings', settingsFile, { preload: print });
    await boardOf(await program.url(), isUp);
    program.child.kill('SIGUSR2');
    expect(await program.ended).toBe(0);
    const printed = linesOf(program).filter(({ part }) => part === 'drachtio-srf');
    expect(printed).toMatchObject([
      {
        level: 'warn',
        at: expect.stringMatching(/^\d{4}-/),
        message: 'Dialog#removeSubscription: no subscription found for a: subs: b',
      },
      {
        level: 'warn',
        message: expect.stringMatching(/^NOT-PARSED.*\r\nAuthorization: \[redacted\]\r\nX: x/),
      },
      { level: 'warn', message: '{ two: 2 }' },
    ]);
    expect(program.errors()).not.toContain('SECRET-1');
    expect(String(printed[1]?.message)).toHaveLength(1_000);
    expect(program.lines).toHaveLength(1);
  });

  test("with the SIP agent's counters at the end, which the contract tells at any time", async () => {
    const program = run('--settings', settingsFile);
    const url = await program.url();
    await boardOf(url, isUp);
    const asked = await answerOf(url, 'link-counters');
    expect(asked).toMatchObject({ received: expect.any(Number), malformed: {}, timeouts: 0 });
    const { received: soFar } = asked as { received: number };
    expect(soFar).toBeGreaterThanOrEqual(2);
    program.child.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    const counted = linesOf(program).filter(({ counters }) => counters !== undefined);
    expect(counted).toMatchObject([{ level: 'info', part: 'sip-agent', counters: { malformed: {} } }]);
    // The line was given back after the question, and that was answered too.
    expect(counted[0]).toMatchObject({ counters: { received: expect.toSatisfy((n) => Number(n) > soFar) } });
  });
});

test('a port that is taken ends the start with exit code 1', async () => {
  const first = run('--settings', settingsFile);
  const { port } = new URL(await first.url());
  write({ host: { port: Number(port) }, store: { file: join(folder, 'other.db') } });
  const second = run('--settings', settingsFile);
  expect(await second.ended).toBe(1);
  expect(second.errors()).toContain('EADDRINUSE');
});
