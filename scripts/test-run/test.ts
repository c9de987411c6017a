import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runChecks } from '../check/run-checks.ts';
import { add, closingLines, judgeRun, NOTHING, type TestSummary } from './tally.ts';

// npm test [-- check|unit|setup|e2e [FILTER …]]: everything, or one part; the filters are vitest's.
const PARTS = ['check', 'unit', 'setup', 'e2e'] as const;
type Part = (typeof PARTS)[number];

const root = dirname(dirname(import.meta.dirname));
const [wanted, ...filters] = process.argv.slice(2);

async function runCheckPart(): Promise<TestSummary> {
  const results = await runChecks(root, ({ name, ok, output }) => {
    console.log(`${ok ? 'ok    ' : 'failed'} ${name}`);
    if (!ok) console.log(`${output}\n`);
  });
  const failed = results.filter(({ ok }) => !ok).length;
  return { passed: results.length - failed, failed, skipped: [] };
}

async function runVitestPart(project: Part): Promise<TestSummary> {
  const folder = join(root, 'test-results');
  const file = join(folder, `${project}.json`);
  mkdirSync(folder, { recursive: true });
  rmSync(file, { force: true });
  const reporters = ['default', join(root, 'scripts', 'test-run', 'summary-reporter.ts')];
  const options = ['--project', project, ...reporters.flatMap((name) => ['--reporter', name])];
  const program = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const exitCode = await new Promise<number | null>((resolve) => {
    const child = spawn(process.execPath, [program, 'run', ...options, ...filters], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, CORDBOARD_TEST_SUMMARY: file },
    });
    child.on('error', () => resolve(null));
    child.on('close', resolve);
  });
  return judgeRun(exitCode, existsSync(file) ? readFileSync(file, 'utf8') : null);
}

if (wanted !== undefined && !PARTS.some((part) => part === wanted)) {
  console.error(`npm test: there is no part ${wanted}; the parts are ${PARTS.join(', ')}`);
  process.exit(2);
}

let sum = NOTHING;
for (const part of PARTS.filter((one) => wanted === undefined || one === wanted)) {
  console.log(`\n== ${part}`);
  sum = add(sum, await (part === 'check' ? runCheckPart() : runVitestPart(part)));
}
console.log(`\n${closingLines(sum).join('\n')}`);
process.exitCode = sum.failed === 0 ? 0 : 1;
