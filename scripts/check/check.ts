import { dirname } from 'node:path';
import { type CheckResult, runChecks } from './run-checks.ts';

const root = dirname(dirname(import.meta.dirname));

/** One line for a check, and under it what is wrong. */
function tell({ name, ok, output, seconds }: CheckResult): void {
  console.log(`${ok ? 'ok    ' : 'failed'} ${name} (${seconds.toFixed(1)} s)`);
  if (!ok) console.log(`${output}\n`);
}

const results = await runChecks(root, tell);
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
