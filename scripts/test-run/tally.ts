/** What became of one runner's tests. */
export type TestSummary = {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
};

export const NOTHING: TestSummary = { passed: 0, failed: 0, skipped: [] };

export function add(a: TestSummary, b: TestSummary): TestSummary {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: [...a.skipped, ...b.skipped],
  };
}

/**
 * What a runner's exit and the summary that it wrote come to. A runner that wrote none, or that ended badly while all
 * its tests passed, counts as one failure: it must never look like success.
 * `exitCode` is null when a signal ended it; `written` is the summary's text, null when there is none.
 */
export function judgeRun(exitCode: number | null, written: string | null): TestSummary {
  const summary = written === null ? null : parseSummary(written);
  if (summary === null) return { ...NOTHING, failed: 1 };
  return exitCode !== 0 && summary.failed === 0 ? { ...summary, failed: 1 } : summary;
}

/** The closing lines of a run: each skipped test with its reason, and last the count. */
export function closingLines({ passed, failed, skipped }: TestSummary): readonly string[] {
  return [
    ...skipped.map(({ name, reason }) => `skipped: ${name} (${reason})`),
    `${passed} passed, ${failed} failed, ${skipped.length} skipped`,
  ];
}

function parseSummary(text: string): TestSummary | null {
  try {
    const value: unknown = JSON.parse(text);
    return isSummary(value) ? value : null;
  } catch {
    return null;
  }
}

function isSummary(value: unknown): value is TestSummary {
  if (typeof value !== 'object' || value === null) return false;
  if (!('passed' in value) || !('failed' in value) || !('skipped' in value)) return false;
  return Number.isInteger(value.passed) && Number.isInteger(value.failed) && Array.isArray(value.skipped);
}
