import { chmod, open, readFile, rename } from 'node:fs/promises';

const NAMES = ['linePassword', 'agentSecret'] as const;

/** What must not be in the database. */
export type Secrets = { readonly [name in (typeof NAMES)[number]]?: string };

/** The secrets' file lies beside the database, readable by its owner alone. */
export function secretsFileOf(databaseFile: string): string {
  return `${databaseFile}.secrets`;
}

/** Null when there is no such file. Throws when it cannot be read or is not what `writeSecrets` writes. */
export async function readSecrets(file: string): Promise<Secrets | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const json: unknown = JSON.parse(text);
  if (typeof json !== 'object' || json === null) throw new Error(`${file}: not a file of secrets`);
  const entries = Object.entries(json).map(([name, value]) => {
    if (!NAMES.some((known) => known === name) || typeof value !== 'string') {
      throw new Error(`${file}: ${name} is not a secret of this program`);
    }
    return [name, value] as const;
  });
  return Object.fromEntries<string>(entries);
}

/** Replaces the file as a whole; at no moment can anybody else read it, and no crash leaves half of it. */
export async function writeSecrets(file: string, secrets: Secrets): Promise<void> {
  const fresh = `${file}.new`;
  const handle = await open(fresh, 'w', 0o600);
  try {
    // The mode above counts only for a file that was not there.
    await chmod(fresh, 0o600);
    await handle.writeFile(JSON.stringify(secrets));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, file);
}
