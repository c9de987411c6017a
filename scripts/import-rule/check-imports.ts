import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceFiles } from '../check/source-files.ts';
import { collectImports } from './collect-imports.ts';
import { type ImportTable, readImportTable } from './import-table.ts';
import { judgeImport } from './judge-import.ts';
import { resolveImport } from './resolve-import.ts';

export type Finding = { readonly file: string; readonly line: number; readonly reason: string };

/** Every import of the tree under `root` that `import-table.json` there does not allow. */
export function checkImports(root: string): readonly Finding[] {
  const table = readImportTable(join(root, 'import-table.json'));
  const files = sourceFiles(root, ['src', ...table.outside]);
  return files.flatMap((file) => checkFile(root, table, file));
}

function checkFile(root: string, table: ImportTable, file: string): readonly Finding[] {
  const collected = collectImports(file, readFileSync(join(root, file), 'utf8'));
  if (!collected.ok) return [{ file, line: 1, reason: collected.reason }];
  return collected.sites.flatMap((site) => {
    const target =
      site.specifier === null ? null : resolveImport(root, file, siteSpecifier(site.form, site.specifier));
    const reason = judgeImport(table, file, site, target);
    const written = site.specifier === null ? site.form : `${site.form} '${site.specifier}'`;
    return reason === null ? [] : [{ file, line: site.line, reason: `${written}: ${reason}` }];
  });
}

// In a URL and in a reference comment a bare path is beside the file, not a package.
function siteSpecifier(form: string, specifier: string): string {
  const beside = form === 'URL' || form === 'reference path' || form === 'Worker';
  return beside && /^[\w@-]/.test(specifier) && !/^[\w+.-]+:/.test(specifier) ? `./${specifier}` : specifier;
}
