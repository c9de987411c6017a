import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseSettings } from '../src/contract/settings.ts';

test('the example of the settings is what the console accepts', () => {
  const file = join(import.meta.dirname, '..', 'resources', 'settings.example.json');
  expect(parseSettings(JSON.parse(readFileSync(file, 'utf8')))).toMatchObject({ ok: true });
});
