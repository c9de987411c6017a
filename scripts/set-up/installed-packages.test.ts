import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

// Through a URL, as the set-up is plain JavaScript that runs before any tool is there.
type Packages = Readonly<Record<string, { readonly version?: string; readonly optional?: boolean }>>;
type InstalledPackages = { readonly isInstalledAsLocked: (root: string) => boolean };
const { isInstalledAsLocked } = (await import(
  new URL('./installed-packages.mjs', import.meta.url).href
)) as InstalledPackages;

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cordboard-installed-'));
  mkdirSync(join(root, 'node_modules'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const locked: Packages = {
  '': { version: '0.1.0' },
  'node_modules/a': { version: '1.0.0' },
  'node_modules/other-machine': { version: '1.0.0', optional: true },
};

function installed(packages: Packages): boolean {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: locked }));
  writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }));
  return isInstalledAsLocked(root);
}

test.each([
  ['all of them', true, { 'node_modules/a': { version: '1.0.0' } }],
  [
    'one more than locked',
    true,
    { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0' } },
  ],
  ['another version', false, { 'node_modules/a': { version: '1.0.1' } }],
  [
    'another version for another machine',
    false,
    {
      'node_modules/a': { version: '1.0.0' },
      'node_modules/other-machine': { version: '2.0.0' },
    },
  ],
  ['none', false, {}],
] as const)('with %s installed: %s', (_, expected, packages) => {
  expect(installed(packages)).toBe(expected);
});

test('without a finished installation nothing counts as installed', () => {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: locked }));
  expect(isInstalledAsLocked(root)).toBe(false);
});

test('a lock file that cannot be read is told by its name', () => {
  installed({});
  writeFileSync(join(root, 'package-lock.json'), '{');
  expect(() => isInstalledAsLocked(root)).toThrow(/package-lock\.json cannot be read/);
});
