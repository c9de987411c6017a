import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readImportTable } from './import-rule/import-table.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const architecture = read('docs/architecture.md');

const documents = [
  ...readdirSync(root),
  ...['docs', 'docs/adr'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
  ),
].filter((file) => file.endsWith('.md'));

/** The words in backticks. */
function quoted(text: string): readonly string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
}

/** Whether a file defines a function, method, constant or type of that name. */
function defines(source: string, name: string): boolean {
  const declared = new RegExp(`(?:function\\*?|const|let|class|type)\\s+${name}\\b`);
  const member = new RegExp(`^\\s*(?:async\\s+|readonly\\s+)*#?${name}\\s*[(:]`, 'm');
  return declared.test(source) || member.test(source);
}

test.each(documents)('every link in %s leads to a file that is there', (file) => {
  const links = [...read(file).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  const inside = links.filter((link) => !/^(?:https?:|#)/.test(link)).map((link) => link.replace(/#.*$/, ''));
  const broken = inside.filter((link) => !existsSync(join(root, dirname(file), link)));
  expect(broken).toEqual([]);
});

test.each(documents)('every file of the project that %s names is there', (file) => {
  const named = quoted(read(file)).filter((word) =>
    /^(?:src|e2e|bench|scripts|docs|resources)\/[\w./-]+$/.test(word),
  );
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

const steps = architecture
  .split('\n')
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));

test('both walks are there, step by step', () => {
  expect(steps.filter(([, number]) => number === '1')).toHaveLength(2);
  expect(steps.length).toBeGreaterThan(20);
});

test('each step is a function of the file that it names', () => {
  const missing = steps.flatMap(([, , file = '', name = '']) => {
    const [path = ''] = quoted(file);
    const names = quoted(name).map((word) => word.replace(/\(\)$/, ''));
    const source = existsSync(join(root, path)) ? read(path) : '';
    const absent = names.filter((one) => !defines(source, one));
    return names.length > 0 && absent.length === 0 ? [] : [`${file} ${absent.join(' ')}`];
  });
  expect(missing).toEqual([]);
});

test('the rooms of the document are those of the import table, with the rooms and packages that each may import', () => {
  const rows = architecture.split('\n').filter((line) => /^\| [a-z-]+ \| /.test(line));
  const described = new Map(
    rows.map((line) => {
      const [, name = '', where = '', , may = ''] = line.split('|').map((cell) => cell.trim());
      return [name, { where, may }] as const;
    }),
  );
  const { rooms } = readImportTable(join(root, 'import-table.json'));
  const product = rooms.filter(({ paths }) => paths.every((path) => path.startsWith('src/')));
  expect([...described.keys()].filter((name) => name !== 'room').toSorted()).toEqual(
    product.map(({ name }) => name).toSorted(),
  );
  for (const room of product) {
    const { where = '', may = '' } = described.get(room.name) ?? {};
    for (const path of room.paths) expect(where, room.name).toContain(path);
    if (may.startsWith('all of the core')) continue;
    const words = new Set(
      may.split(/[^\w-]+/).filter((word) => !['types', 'of', 'and', 'nothing', ''].includes(word)),
    );
    const listed = [...room.rooms, ...room.typesOf, ...room.packages];
    expect([...words].toSorted(), room.name).toEqual(listed.toSorted());
  }
});
