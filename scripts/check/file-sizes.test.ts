import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { longFiles, SOURCE_LIMIT, TEST_LIMIT } from './file-sizes.ts';

let root = '';

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'cordboard-sizes-'));
  mkdirSync(join(root, 'src', 'node_modules'), { recursive: true });
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

test('a file at its limit passes, one line more does not, and tests have a limit of their own', () => {
  const lines = (count: number) => 'x\n'.repeat(count);
  const files = {
    'just.ts': SOURCE_LIMIT,
    'long.ts': SOURCE_LIMIT + 1,
    'long.test.ts': SOURCE_LIMIT + 1,
    'too-long.test.ts': TEST_LIMIT + 1,
    'node_modules/long.ts': SOURCE_LIMIT + 1,
    'long.txt': TEST_LIMIT + 1,
  };
  for (const [name, count] of Object.entries(files)) writeFileSync(join(root, 'src', name), lines(count));
  expect(longFiles(root, ['src', 'not-there'])).toEqual([
    { file: 'src/long.ts', lines: SOURCE_LIMIT + 1, limit: SOURCE_LIMIT },
    { file: 'src/too-long.test.ts', lines: TEST_LIMIT + 1, limit: TEST_LIMIT },
  ]);
});
