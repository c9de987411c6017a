import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from 'vitest/node';
import type { TestSummary } from './tally.ts';

/**
 * Writes what became of the tests to the file named in CORDBOARD_TEST_SUMMARY. Vitest's own JSON says neither why a
 * test was skipped nor that a suite's hook failed.
 */
class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const file = process.env['CORDBOARD_TEST_SUMMARY'];
    if (file !== undefined) writeFileSync(file, JSON.stringify(summarise(modules, errors)));
  }
}

function summarise(modules: readonly TestModule[], errors: readonly SerializedError[]): TestSummary {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const suites = modules.flatMap((module): (TestModule | TestSuite)[] => [
    module,
    ...module.children.allSuites(),
  ]);
  const broken = suites.reduce((sum, suite) => sum + suite.errors().length, 0);
  const inState = (state: string) => tests.filter((one) => one.result().state === state);
  return {
    passed: inState('passed').length,
    // A test that never ran to an end has not passed.
    failed: inState('failed').length + inState('pending').length + broken + errors.length,
    skipped: inState('skipped').map((one) => ({ name: nameOf(one), reason: reasonOf(one) })),
  };
}

function nameOf(one: TestCase): string {
  return `${one.module.relativeModuleId}: ${one.fullName}`;
}

function reasonOf(one: TestCase): string {
  const result = one.result();
  const note = result.state === 'skipped' ? result.note : undefined;
  return note ?? 'no reason given';
}

// Vitest loads a reporter from a file by its default export.
export default SummaryReporter;
