import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { judgeRun, type TestSummary } from './tally.ts';

const root = join(import.meta.dirname, '..', '..');
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cordboard-reporter-'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs vitest with the reporter on one test file and gives what the run counts as. */
function run(body: string): TestSummary {
  const imports = "import { beforeAll, describe, expect, test } from 'vitest';";
  writeFileSync(join(folder, 'sample.test.ts'), `${imports}\n${body}\n`);
  const written = join(folder, 'summary.json');
  const program = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporter = join(import.meta.dirname, 'summary-reporter.ts');
  const { status } = spawnSync(process.execPath, [program, 'run', '--reporter', reporter], {
    cwd: folder,
    env: { ...process.env, CORDBOARD_TEST_SUMMARY: written },
  });
  return judgeRun(status, existsSync(written) ? readFileSync(written, 'utf8') : null);
}

const good = "test('good', () => { expect(1).toBe(1); });";

test('passed, failed and skipped tests are counted, the skipped ones with their reason', () => {
  const summary = run(`${good}
    test('bad', () => { expect(1).toBe(2); });
    describe('calls', () => { test('to Asterisk', (context) => { context.skip('no Asterisk here'); }); });
    test.skip('silent', () => {});`);
  expect(summary).toEqual({
    passed: 1,
    failed: 1,
    skipped: [
      { name: 'sample.test.ts: calls > to Asterisk', reason: 'no Asterisk here' },
      { name: 'sample.test.ts: silent', reason: 'no reason given' },
    ],
  });
});

test.each([
  ['a hook that fails', `describe('a', () => { beforeAll(() => { throw new Error('x'); }); ${good} });`],
  ['a file that does not load', "import './not-there.ts';"],
  ['a file without a test', ''],
  ['a rejection that nobody takes', `${good} void Promise.reject(new Error('x'));`],
  [
    'a process that ends in the middle',
    `${good} test('end', () => { process.kill(process.pid, 'SIGKILL'); });`,
  ],
])('%s is a failure', (_, body) => {
  expect(run(body).failed).toBeGreaterThan(0);
});
