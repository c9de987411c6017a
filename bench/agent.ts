import type { BenchResult } from './bench.ts';

const RUNS = 7;

/** The parser beside its peers, then whole transactions over UDP; each package is loaded when its turn comes. */
export async function benchAgent(): Promise<BenchResult> {
  const { benchParse } = await import('./agent-parse.ts');
  const { figures, notes } = await benchParse(RUNS);
  const { benchTransactions } = await import('./agent-transactions.ts');
  return { figures: { ...figures, ...(await benchTransactions(RUNS)) }, runs: RUNS, notes };
}
