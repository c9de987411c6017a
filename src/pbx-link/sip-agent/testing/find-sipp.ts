import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ensureAsterisk } from '../../../../e2e/exchange/asterisk-install.ts';

/** How to run sipp: the words before its own arguments, or why there is none. */
export type FoundSipp = { readonly argv: readonly string[] } | { readonly missing: string };

/** sipp as CORDBOARD_SIPP names it (words parted by blanks), else on PATH, else beside the Asterisk of the tests. */
export async function findSipp(): Promise<FoundSipp> {
  const named = process.env.CORDBOARD_SIPP?.trim();
  if (named) return { argv: named.split(/\s+/) };
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'sipp'))
    .find((file) => existsSync(file));
  if (onPath !== undefined) return { argv: [onPath] };
  const asterisk = await ensureAsterisk();
  return 'missing' in asterisk ? { missing: asterisk.missing } : { argv: asterisk.sipp };
}
