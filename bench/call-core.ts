import { type BenchResult, countFlag, type Flags } from './bench.ts';
import { tellLost } from './call-core/lost-calls.ts';
import { type CallRun, runCalls } from './call-core/run-calls.ts';
import { median, percentile } from './statistics.ts';

/** Calls before those that are measured: code is compiled and caches are warm by then. */
const WARM_UP = 100;

/**
 * Calls on a real Asterisk with 12 waiting all the while: each is answered on the headset phone, heard from both
 * sides, and ended, while another one comes. `--calls N` a run (1,000), `--runs N` (5), `--warm-up N` (100).
 */
export async function benchCallCore(flags: Flags): Promise<BenchResult> {
  const calls = countFlag(flags, 'calls', 1_000, 1);
  const runs = countFlag(flags, 'runs', 5, 1);
  const warmUp = countFlag(flags, 'warm-up', WARM_UP, 0);
  const results: CallRun[] = [];
  for (let run = 1; run <= runs; run += 1) {
    const result = await runCalls({ warmUp, calls });
    results.push(result);
    console.error(`run ${run} of ${runs}: ${describe(result)}`);
    for (const trouble of result.troubles) console.error(`  ${trouble}`);
  }
  return callFigures(results, { warmUp });
}

/** The figures of all runs. Throws RangeError when a run measured nothing. */
export function callFigures(runs: readonly CallRun[], { warmUp }: { readonly warmUp: number }): BenchResult {
  const of = (pick: (run: CallRun) => readonly number[], p: number) =>
    round(median(runs.map((run) => percentile(pick(run), p))));
  const least = (pick: (run: CallRun) => readonly number[]) =>
    Math.min(...runs.map((run) => pick(run).length));
  const lost = runs.flatMap((run) => run.lost);
  const troubles = runs.reduce((sum, run) => sum + run.troubles.length, 0);
  const { inviteToBoardP99Ms, commandToSipP99Ms, commandToAudioP99Ms } = TIMES;
  return {
    runs: runs.length,
    figures: {
      inviteToBoardP99Ms: of(inviteToBoardP99Ms, 99),
      commandToSipP99Ms: of(commandToSipP99Ms, 99),
      commandToAudioP99Ms: of(commandToAudioP99Ms, 99),
      calls: runs.reduce((sum, run) => sum + run.calls, 0),
      lost: lost.length,
    },
    p50: {
      inviteToBoardP99Ms: of(inviteToBoardP99Ms, 50),
      commandToSipP99Ms: of(commandToSipP99Ms, 50),
      commandToAudioP99Ms: of(commandToAudioP99Ms, 50),
    },
    notes: [
      `${warmUp} calls a run to warm up, counted as calls but not measured`,
      `measured a run, at least: ${least(inviteToBoardP99Ms)} INVITEs, ${least(commandToSipP99Ms)} commands, ` +
        `${least(commandToAudioP99Ms)} calls heard`,
      'calls and lost are sums over the runs',
      ...tellLost(lost),
      ...(troubles === 0 ? [] : [`troubles, told above: ${troubles}`]),
    ],
  };
}

const TIMES = {
  inviteToBoardP99Ms: (run: CallRun) => run.inviteToBoard,
  commandToSipP99Ms: (run: CallRun) => run.commandToSip,
  commandToAudioP99Ms: (run: CallRun) => run.commandToAudio,
};

function describe(run: CallRun): string {
  const times = Object.entries(TIMES).map(([name, pick]) => {
    const values = pick(run);
    return values.length === 0 ? `${name} none` : `${name} ${round(percentile(values, 99))}`;
  });
  return [...times, `calls ${run.calls}`, `lost ${run.lost.length}`].join(', ');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
