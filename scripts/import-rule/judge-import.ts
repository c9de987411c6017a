import type { ImportSite } from './collect-imports.ts';
import type { Builtins, ImportTable, Room } from './import-table.ts';
import type { Target } from './resolve-import.ts';

const TYPE_FORMS: ReadonlySet<ImportSite['form']> = new Set([
  'import type',
  'export type from',
  'import().T',
  'declare module',
  'reference path',
  'reference types',
]);

/** The room of a file (path from the root); null when it is in none. A test is in the room of the file it tests. */
export function roomOf(table: ImportTable, path: string): Room | null {
  const file = path.replace(/\.test(\.[cm]?tsx?)$/, '$1');
  let best: Room | null = null;
  let longest = -1;
  for (const room of table.rooms) {
    for (const own of room.paths) {
      if ((file === own || file.startsWith(`${own}/`)) && own.length > longest) {
        best = room;
        longest = own.length;
      }
    }
  }
  return best;
}

export function isOutside(table: ImportTable, file: string): boolean {
  return table.outside.some((folder) => file === folder || file.startsWith(`${folder}/`));
}

/** Tests and the helpers in `testing/` folders: never loaded by the product. */
export function isTest(file: string): boolean {
  return /\.test\.[cm]?tsx?$/.test(file) || file.split('/').includes('testing');
}

/** Why this import is not allowed; null when it is. `target` is what the site's specifier resolves to. */
export function judgeImport(
  table: ImportTable,
  importer: string,
  site: ImportSite,
  target: Target | null,
): string | null {
  const room = roomOf(table, importer);
  if (room === null) {
    return isOutside(table, importer) ? null : `${importer} is in no room of import-table.json`;
  }
  if (target === null) return 'the specifier is computed, so that the rule cannot follow it';
  const test = isTest(importer);
  switch (target.kind) {
    case 'nowhere':
      return target.why;
    case 'builtin': {
      const lists = test ? [room.builtins, room.tests.builtins, table.tests.builtins] : [room.builtins];
      return lists.some((list) => permits(list, target.name))
        ? null
        : `room ${room.name} may not import node:${target.name}`;
    }
    case 'package': {
      const lists = test ? [room.packages, room.tests.packages, table.tests.packages] : [room.packages];
      return lists.some((list) => list.includes(target.name))
        ? null
        : `room ${room.name} may not import the package ${target.name}`;
    }
    case 'file':
      return judgeFile(table, room, importer, site, target.path);
  }
}

function judgeFile(
  table: ImportTable,
  room: Room,
  importer: string,
  site: ImportSite,
  path: string,
): string | null {
  const test = isTest(importer);
  if (isTest(path) && !test) return `${path} is for tests alone`;
  const other = roomOf(table, path);
  if (other === null) {
    if (!isOutside(table, path)) return `${path} is in no room of import-table.json`;
    return isOutside(table, importer) ? null : `${path} is no part of the product`;
  }
  if (other.name === room.name || room.rooms.includes(other.name)) return null;
  if (test && (room.tests.rooms.includes(other.name) || path.split('/').includes('testing'))) return null;
  if (!room.typesOf.includes(other.name)) return `room ${room.name} may not import room ${other.name}`;
  return TYPE_FORMS.has(site.form) ? null : `room ${room.name} may import types alone of room ${other.name}`;
}

function permits(builtins: Builtins, name: string): boolean {
  // `module` makes requires that no rule can follow; who needs it names it.
  return builtins === 'any' ? name !== 'module' : builtins.includes(name);
}
