import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseSettings, type Settings } from '../../contract/settings.ts';
import { withoutSecrets, withSecrets } from './kept-settings.ts';
import { readSecrets, secretsFileOf, writeSecrets } from './secrets.ts';

let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cordboard-secrets-'));
  file = secretsFileOf(join(folder, 'cordboard.db'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the file of secrets', () => {
  test('gives back what was written, to its owner alone, and leaves nothing beside it', async () => {
    await writeSecrets(file, { linePassword: 'one' });
    await writeSecrets(file, { linePassword: 'two', agentSecret: 'three' });
    expect(await readSecrets(file)).toEqual({ linePassword: 'two', agentSecret: 'three' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['cordboard.db.secrets']);
  });

  test('is closed to others even where one that was open lay in its place', async () => {
    writeFileSync(`${file}.new`, '');
    chmodSync(`${file}.new`, 0o644);
    await writeSecrets(file, { linePassword: 'x' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('may be missing; one that is not ours is told', async () => {
    expect(await readSecrets(file)).toBeNull();
    writeFileSync(file, '{"other":"x"}');
    await expect(readSecrets(file)).rejects.toThrow('other is not a secret of this program');
    writeFileSync(file, 'null');
    await expect(readSecrets(file)).rejects.toThrow('not a file of secrets');
  });
});

describe('settings without their secrets', () => {
  const settings = (agent: unknown): Settings => {
    const parsed = parseSettings({
      exchange: { host: 'pbx' },
      line: { number: '8000', password: 'top-secret' },
      headset: { number: '8001' },
      agent,
    });
    if (!parsed.ok) throw new Error(parsed.problems.join());
    return parsed.settings;
  };

  test.each(['embedded', { host: 'x', port: 9022, secret: 'top-secret' }])(
    'agent %j: both parts make the whole again',
    (agent) => {
      const whole = settings(agent);
      const { open, secrets } = withoutSecrets(whole);
      expect(JSON.stringify(open)).not.toContain('top-secret');
      expect(parseSettings(withSecrets(open, secrets))).toEqual({ ok: true, settings: whole });
    },
  );

  test('whose secrets are lost name what is missing', () => {
    expect(parseSettings(withSecrets(withoutSecrets(settings('embedded')).open, null))).toMatchObject({
      ok: false,
      problems: [expect.stringMatching(/^line\.password: /)],
    });
  });
});
