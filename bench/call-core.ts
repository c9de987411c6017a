import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startConsole } from '../e2e/console/console.ts';
import { startAsterisk } from '../e2e/exchange/asterisk.ts';
import { secretOf } from '../e2e/exchange/test-phones.ts';
import type { BenchResult, Flags } from './bench.ts';
import type { CallerAnswer, CallerRequest } from './call-core/callers.ts';
import { milliseconds, type ProbeLine, readLatencies } from './call-core/latencies.ts';
import { median, percentile } from './statistics.ts';

const WAITING = 12;
const GUESTS = ['8002', '8003', '8004', '8005', '8006', '8007'];

type Run = {
  readonly inviteToBoard: number;
  readonly commandToSip: number;
  readonly commandToAudio: number;
  readonly calls: number;
  readonly lost: number;
};

/**
 * Calls on a real Asterisk with 12 waiting all the while: each is answered on the headset phone, heard from both
 * sides, and ended, while another one comes. `--calls N` a run (1,000), `--runs N` (5).
 */
export async function benchCallCore(flags: Flags): Promise<BenchResult> {
  const calls = Number(flags.calls ?? 1000);
  const runs = Number(flags.runs ?? 5);
  const results: Run[] = [];
  for (let run = 1; run <= runs; run += 1) {
    results.push(await oneRun(calls));
    console.error(`run ${run} of ${runs}: ${JSON.stringify(results.at(-1))}`);
  }
  const of = (pick: (run: Run) => number) => median(results.map(pick));
  return {
    runs,
    figures: {
      inviteToBoardP99Ms: round(of((run) => run.inviteToBoard)),
      commandToSipP99Ms: round(of((run) => run.commandToSip)),
      commandToAudioP99Ms: round(of((run) => run.commandToAudio)),
      calls: results.reduce((sum, run) => sum + run.calls, 0),
      lost: results.reduce((sum, run) => sum + run.lost, 0),
    },
  };
}

async function oneRun(calls: number): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'cordboard-bench-'));
  const probe = join(folder, 'probe.jsonl');
  const asterisk = await startAsterisk();
  const exchange = { host: asterisk.host, port: asterisk.port };
  const callers = new Callers();
  try {
    await callers.ask({ op: 'start', exchange, guests: GUESTS });
    process.env.CORDBOARD_PROBE = probe;
    const console = await startConsole(
      { exchange, line: { number: '8000', password: secretOf('8000') }, headset: { number: '8001' } },
      { preload: join(import.meta.dirname, 'call-core/probe.ts') },
    );
    const { desk } = console;
    await desk.until(
      'a bound headset',
      (board) => board.headset.state === 'bound' && board.line.state === 'registered',
    );
    for (let i = 0; i < WAITING; i += 1) {
      await callers.ask({ op: 'call', guest: GUESTS[i % GUESTS.length] as string, number: '9100' });
    }
    await desk.until('all waiting', (board) => board.calls.length === WAITING || null);

    const audioAt: bigint[] = [];
    for (let i = 0; i < calls; i += 1) {
      const next = await desk.until('a waiting call', (board) =>
        board.calls.find((call) => call.connection.state === 'queued'),
      );
      const guest = next.party.number;
      await callers.ask({ op: 'arm', guest });
      await desk.done({ type: 'answer', call: next.id });
      audioAt.push(BigInt((await callers.ask({ op: 'heard', guest })).at ?? '0'));
      await desk.done({ type: 'clear', call: next.id });
      await callers.ask({ op: 'call', guest, number: '9100' });
      await desk.until('twelve waiting', (board) => board.calls.length >= WAITING || null);
    }
    const log = (await desk.query('call-log', { limit: 500 })) as {
      endedAt: number | null;
      cause: unknown;
    }[];
    const withoutCause = log.filter((row) => row.endedAt !== null && row.cause === null).length;
    await console.stop();
    const lines = (await readFile(probe, 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as ProbeLine);
    const { inviteToBoard, commandToSip, commandsAt, lost } = readLatencies(lines);
    const commandToAudio = audioAt.map((at, i) => milliseconds(at - (commandsAt[i] ?? at)));
    return {
      inviteToBoard: percentile(inviteToBoard, 99),
      commandToSip: percentile(commandToSip, 99),
      commandToAudio: percentile(commandToAudio, 99),
      calls,
      lost: lost + withoutCause,
    };
  } finally {
    await callers.close();
    await asterisk.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The load's process. */
class Callers {
  readonly #child: ChildProcess = fork(join(import.meta.dirname, 'call-core/callers.ts'));
  readonly #waiting = new Map<number, (answer: CallerAnswer) => void>();
  #last = 0;

  constructor() {
    this.#child.on('message', (message: { id: number; answer: CallerAnswer }) => {
      this.#waiting.get(message.id)?.(message.answer);
      this.#waiting.delete(message.id);
    });
  }

  async ask(request: CallerRequest): Promise<CallerAnswer> {
    this.#last += 1;
    const id = this.#last;
    const answer = await new Promise<CallerAnswer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.send({ id, request });
    });
    if (!answer.ok) throw new Error(`the callers could not ${request.op}: ${answer.error}`);
    return answer;
  }

  async close(): Promise<void> {
    await this.ask({ op: 'close' }).catch(() => undefined);
    this.#child.kill();
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
