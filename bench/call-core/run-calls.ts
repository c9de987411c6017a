import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Console, startConsole } from '../../e2e/console/console.ts';
import { type Asterisk, startAsterisk } from '../../e2e/exchange/asterisk.ts';
import { secretOf } from '../../e2e/exchange/test-phones.ts';
import { commandLatencies, inviteToBoard, type ProbeLine, readAnswers, readArrivals } from './latencies.ts';
import { Load } from './load.ts';
import { type LostCall, lostCalls, readLoggedCalls } from './lost-calls.ts';
import { type ServedCalls, serveCalls } from './serve-calls.ts';

const WAITING = 12;
const GUESTS = ['8002', '8003', '8004', '8005', '8006', '8007'];
/** The number that rings at the operator line. */
const NUMBER = '9100';

/** One run on an exchange, a console and a load of its own. Times are in ms. */
export type CallRun = {
  readonly inviteToBoard: readonly number[];
  readonly commandToSip: readonly number[];
  readonly commandToAudio: readonly number[];
  /** Calls that came to the console's socket, those of the warm-up among them. */
  readonly calls: number;
  /** Of those. */
  readonly lost: readonly LostCall[];
  readonly troubles: readonly string[];
};

/** `warmUp` calls that are not measured but must not be lost either, then `calls` that are. */
export async function runCalls(options: {
  readonly warmUp: number;
  readonly calls: number;
}): Promise<CallRun> {
  const folder = await mkdtemp(join(tmpdir(), 'cordboard-bench-'));
  try {
    const asterisk = await startAsterisk();
    try {
      return await runOn(asterisk, folder, options);
    } finally {
      await asterisk.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runOn(
  { host, port }: Asterisk,
  folder: string,
  options: { readonly warmUp: number; readonly calls: number },
): Promise<CallRun> {
  const exchange = { host, port };
  const probe = join(folder, 'probe.jsonl');
  const ofConsole = join(folder, 'console');
  await mkdir(ofConsole);
  const load = new Load();
  let console: Console | null = null;
  let served: ServedCalls;
  try {
    await load.ask({ op: 'start', exchange, guests: GUESTS });
    process.env.CORDBOARD_PROBE = probe;
    console = await startConsole(
      { exchange, line: { number: '8000', password: secretOf('8000') }, headset: { number: '8001' } },
      { preload: join(import.meta.dirname, 'probe.ts'), folder: ofConsole },
    );
    const { desk } = console;
    await desk.until(
      'a bound headset',
      (board) => board.headset.state === 'bound' && board.line.state === 'registered',
    );
    served = await serveCalls({ desk, load, guests: GUESTS, number: NUMBER, waiting: WAITING, ...options });
    // The console ends the calls that still wait: they must be in the log too.
    await console.stop();
  } catch (error) {
    await console?.kill();
    throw error;
  } finally {
    await load.close();
  }
  const lines = await readProbe(probe);
  const arrivals = readArrivals(lines);
  if (arrivals.length > 0 && arrivals.every(({ call }) => call === null))
    throw new Error('the console tells of no delivered call: nothing can be paired');
  const { toSip, toAudio } = commandLatencies(served.heard, readAnswers(lines));
  return {
    inviteToBoard: inviteToBoard(arrivals, served.measuredFrom),
    commandToSip: toSip,
    commandToAudio: toAudio,
    calls: arrivals.length,
    lost: lostCalls(arrivals, readLoggedCalls(join(ofConsole, 'cordboard.db')), served.late),
    troubles: served.troubles,
  };
}

async function readProbe(file: string): Promise<readonly ProbeLine[]> {
  const text = await readFile(file, 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ProbeLine);
}
