import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceFiles } from './source-files.ts';

/** Lines that a source file may have. One that outgrows it holds two concepts: split it, the limit stays. */
export const SOURCE_LIMIT = 350;
/** Tests and fixtures are lists of cases, which may be long. */
export const TEST_LIMIT = 900;

export type LongFile = { readonly file: string; readonly lines: number; readonly limit: number };

/** The files below the folders that have more lines than they may. */
export function longFiles(root: string, folders: readonly string[]): readonly LongFile[] {
  return sourceFiles(root, folders).flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    const limit = limitOf(file);
    return lines > limit ? [{ file, lines, limit }] : [];
  });
}

function limitOf(file: string): number {
  const forTests = /\.test\.[cm]?tsx?$/.test(file) || /\/(?:fixtures|testing|rfc\d+)\//.test(file);
  return forTests ? TEST_LIMIT : SOURCE_LIMIT;
}
