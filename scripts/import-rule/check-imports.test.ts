import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkImports } from './check-imports.ts';
import { FILE_FORMS, IMPORT_FORMS, TYPE_FORMS } from './import-forms.ts';
import { readImportTable } from './import-table.ts';

const here = join(import.meta.dirname, '..', '..');
const table = readImportTable(join(here, 'import-table.json'));
const forms = { ...IMPORT_FORMS, ...FILE_FORMS };
const rooms = table.rooms.filter((room) => room.paths[0]?.startsWith('src/'));

/** A file of the room that others import. */
function doorOf(name: string): string {
  const path = rooms.find((room) => room.name === name)?.paths[0];
  if (path === undefined) throw new Error(`no room ${name}`);
  return path.endsWith('.ts') ? path : `${path}/door.ts`;
}

/** Where a sample of the room is put; a room of single files has its sample in place of the first. */
function sampleOf(name: string, file: string): string {
  const path = rooms.find((room) => room.name === name)?.paths[0] ?? '';
  return path.endsWith('.ts') ? path : `${path}/${file}`;
}

function specifierTo(importer: string, file: string): string {
  const path = relative(dirname(importer), file);
  return path.startsWith('.') ? path : `./${path}`;
}

let root = '';

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'cordboard-import-rule-'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A tree of its own with the real table: each file given by its path and text. */
function tree(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(root, 'tree-'));
  const all = { 'import-table.json': JSON.stringify(table), ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function findingsOf(files: Readonly<Record<string, string>>): readonly string[] {
  return checkImports(tree(files)).map(({ file, line, reason }) => `${file}:${line} ${reason}`);
}

/** The names of the forms whose sample line, importing `specifier` in `importer`, is refused. */
function refusedForms(
  importer: string,
  specifier: string,
  others: Readonly<Record<string, string>>,
): string[] {
  const names = Object.keys(forms);
  const lines = Object.values(forms).map((form) => form(specifier));
  // A block each, as two lines declare the same name.
  const text = lines.map((line) => (/^(?:import |export|declare|\/)/.test(line) ? line : `{ ${line} }`));
  const unique = text.map((line, index) => line.replace(/\ba\b(?= [=f])|(?<=as )a\b/, `a${index}`));
  const declared = unique.map((line, index) => line.replace(/\{ (type )?([aA]) \}/, `{ $1$2 as b${index} }`));
  const found = checkImports(tree({ ...others, [importer]: declared.join('\n') }));
  expect(found.filter(({ reason }) => reason.startsWith('does not parse'))).toEqual([]);
  const refused = new Set(
    found.filter(({ file }) => file === importer).map(({ line }) => names[line - 1] ?? ''),
  );
  return [...refused].toSorted();
}

const everyForm = Object.keys(forms).toSorted();

describe('the rooms of DESIGN that never meet', () => {
  test.each([
    ['sip', 'tdm'],
    ['tdm', 'sip'],
    ['sip', 'sip-agent'],
    ['sip-agent', 'sip'],
    ['model', 'contract'],
    ['contract', 'board'],
    ['board', 'store'],
    ['board', 'sip'],
    ['store', 'board'],
    ['switchboard', 'sip'],
    ['switchboard', 'sip-agent'],
    ['browser-host', 'board'],
    ['electron', 'board'],
    ['renderer', 'model'],
    ['renderer', 'sip'],
    ['renderer', 'board'],
    ['renderer', 'electron'],
    ['preload', 'switchboard'],
    ['headless-root', 'electron'],
  ])('%s does not import %s in any form', (from, to) => {
    const importer = sampleOf(from, 'sample.ts');
    const door = doorOf(to);
    expect(refusedForms(importer, specifierTo(importer, door), { [door]: '' })).toEqual(everyForm);
  });

  test.each(rooms.filter(({ name }) => name !== 'electron' && name !== 'preload').map(({ name }) => name))(
    '%s does not import the package electron in any form',
    (name) => {
      const refused = refusedForms(sampleOf(name, 'sample.ts'), 'electron', {});
      expect(refused).toEqual(expect.arrayContaining(Object.keys(IMPORT_FORMS)));
    },
  );
});

test.each(rooms)(
  '$name imports from each other room in each form what the table says, and no more',
  (from) => {
    const importer = sampleOf(from.name, 'sample.ts');
    for (const to of rooms) {
      const door = doorOf(to.name);
      const refused = refusedForms(importer, specifierTo(importer, door), { [door]: '' });
      const forTestsAlone = door.includes('/testing/') && !importer.includes('/testing/');
      const open = from.name === to.name || from.rooms.includes(to.name);
      const closedForms = from.typesOf.includes(to.name)
        ? everyForm.filter((form) => !TYPE_FORMS.includes(form))
        : everyForm;
      expect(refused, `${from.name} → ${to.name}`).toEqual(open && !forTestsAlone ? [] : closedForms);
    }
  },
);

describe('ways round', () => {
  const board = 'src/main/board/sample.ts';
  const store = { 'src/main/store/door.ts': '', 'src/main/store/index.ts': '' };

  test.each([
    ['a longer path', "import '../../../src/main/board/../store/door.ts';"],
    ['no ending', "import '../store/door';"],
    ['the ending of the compiled file', "import '../store/door.js';"],
    ['the folder', "import '../store';"],
    ['an escaped path', "import '../%73tore/door.ts';"],
    ['a query', "import '../store/door.ts?raw';"],
    ['a file URL', "import 'file:///src/main/store/door.ts';"],
    ['an absolute path', "import '/src/main/store/door.ts';"],
    ['an alias', "import '#store';"],
    ['the package by its own name', "import 'cordboard/src/main/store/door.ts';"],
    ['a file that does not exist', "import '../nowhere.ts';"],
    ['out of the repository', "import '../../../../other.ts';"],
    ['a package by its folder', "import '../../../node_modules/electron/index.js';"],
    ['a computed import()', "void import('elec' + 'tron');"],
    ['a computed require', 'require(process.argv[2]);'],
    ['a computed worker', 'new Worker(process.argv[2]);'],
    ['a worker made from a text', "new Worker('import(`electron`)', { eval: true });"],
    ['a worker beside the working folder', "new Worker('./src/main/store/door.ts');"],
    ['a built-in without its prefix', "import 'fs';"],
    ['a part of a built-in', "import { readFile } from 'node:fs/promises';"],
    ['a built-in by the process', "process.getBuiltinModule('node:fs');"],
    ['types of a package by reference', '/// <reference types="electron" />'],
    ['a package with a scope', "import type { A } from '@scope/name/part';"],
    ['the types of a package', "import type { A } from '@types/ws';"],
    ['a require made elsewhere', "import { createRequire } from 'node:module';"],
    ['a file in no room', "import '../../strange.ts';"],
    ['what is no part of the product', "import '../../../e2e/help.ts';"],
    ['a test', "import './other.test.ts';"],
    ['a helper of tests', "import '../testing/help.ts';"],
  ])('board is refused %s', (_, line) => {
    const files = {
      ...store,
      'src/strange.ts': '',
      'e2e/help.ts': '',
      'src/main/board/other.test.ts': '',
      'src/main/testing/help.ts': '',
      'node_modules/electron/index.js': '',
      [board]: line,
    };
    expect(findingsOf(files).filter((finding) => finding.startsWith(board))).toHaveLength(1);
  });

  test('a link in the file system is followed to the room of the real file', () => {
    const folder = tree({ ...store, [board]: "import './link.ts';" });
    symlinkSync(join(folder, 'src/main/store/door.ts'), join(folder, 'src/main/board/link.ts'));
    expect(checkImports(folder)).toMatchObject([
      { file: board, reason: expect.stringContaining('room store') },
    ]);
  });

  test('a file of the product in no room is told even when it only imports what all may', () => {
    const files = {
      'src/new-room/file.ts': "import '../pbx-link/model/door.ts';",
      'src/pbx-link/model/door.ts': '',
    };
    expect(findingsOf(files)).toEqual([expect.stringContaining('in no room')]);
  });

  test('a file that does not parse is told, not passed over', () => {
    expect(findingsOf({ [board]: 'import {' })).toEqual([expect.stringContaining('does not parse')]);
  });
});

describe('what is allowed', () => {
  test('tests import vitest, fast-check, built-ins and testing folders; the product does not', () => {
    const text = [
      "import 'vitest';",
      "import 'fast-check';",
      "import 'node:fs';",
      "import '../testing/help.ts';",
    ].join('\n');
    const files = {
      'src/main/testing/help.ts': '',
      'src/main/board/a.test.ts': text,
      'src/main/board/a.ts': text,
    };
    const found = findingsOf(files);
    expect(found.filter((finding) => finding.startsWith('src/main/board/a.ts'))).toHaveLength(4);
    expect(found).toHaveLength(4);
  });

  test('a test still keeps to its room', () => {
    const files = { 'src/main/store/door.ts': '', 'src/main/board/a.test.ts': "import '../store/door.ts';" };
    expect(findingsOf(files)).toHaveLength(1);
  });

  test('the test of a room of one file is in that room', () => {
    const own = 'src/main/switchboard.test.ts';
    const text = "import './board/door.ts'; import '../pbx-link/sip/door.ts';";
    const files = { 'src/main/board/door.ts': '', 'src/pbx-link/sip/door.ts': '', [own]: text };
    expect(findingsOf(files)).toEqual([expect.stringContaining('room switchboard may not import room sip')]);
  });

  test('e2e, bench and scripts import all of the product', () => {
    const text = "import '../src/main/board/door.ts'; import 'anything'; void import(process.argv[2]);";
    const files = {
      'e2e/a.ts': text,
      'bench/a.ts': text,
      'scripts/a.ts': text,
      'src/main/board/door.ts': '',
    };
    expect(findingsOf(files)).toEqual([]);
  });

  test('a URL of a file that is no code, and words in comments and strings', () => {
    const text = [
      "const schema = new URL('./schema.sql', import.meta.url);",
      "// import 'electron';",
      'const words = "require(\'electron\')";',
    ].join('\n');
    expect(findingsOf({ 'src/main/store/sample.ts': text })).toEqual([]);
  });
});

test('the tree of the product passes', () => {
  expect(checkImports(here)).toEqual([]);
});
