import { expect, test } from 'vitest';
import { add, closingLines, judgeRun, NOTHING, type TestSummary } from './tally.ts';

const passed: TestSummary = { passed: 4, failed: 0, skipped: [] };
const written = JSON.stringify(passed);

test.each([
  ['ended well', 0, written, passed],
  ['failed with failing tests', 1, JSON.stringify({ ...passed, failed: 2 }), { ...passed, failed: 2 }],
  ['failed although all tests passed', 1, written, { ...passed, failed: 1 }],
  ['was ended by a signal', null, written, { ...passed, failed: 1 }],
  ['wrote nothing', 0, null, { ...NOTHING, failed: 1 }],
  ['wrote half a summary', 0, written.slice(0, 20), { ...NOTHING, failed: 1 }],
  ['wrote something else', 0, '{"passed":4}', { ...NOTHING, failed: 1 }],
  ['wrote a list', 0, '[]', { ...NOTHING, failed: 1 }],
])('a runner that %s', (_, exitCode, text, expected) => {
  expect(judgeRun(exitCode, text)).toEqual(expected);
});

test('skipped tests are named with their reasons before the count, which is last', () => {
  const sum = add(
    { ...passed, skipped: [{ name: 'a call', reason: 'no Asterisk' }] },
    { ...passed, failed: 1 },
  );
  expect(closingLines(sum)).toEqual(['skipped: a call (no Asterisk)', '8 passed, 1 failed, 1 skipped']);
});
