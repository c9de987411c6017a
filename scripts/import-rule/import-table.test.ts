import { expect, test } from 'vitest';
import { parseImportTable } from './import-table.ts';

const sound = {
  rooms: [
    { name: 'a', paths: ['src/a'], rooms: [] },
    { name: 'b', paths: ['src/b'], rooms: ['a'], builtins: 'any' },
  ],
  outside: ['e2e'],
  tests: { packages: ['vitest'], builtins: 'any' },
};

test('a sound table is read, and what a room does not name it may not import', () => {
  expect(parseImportTable(sound).rooms[0]).toEqual({
    name: 'a',
    paths: ['src/a'],
    rooms: [],
    typesOf: [],
    packages: [],
    builtins: [],
    tests: { rooms: [], packages: [], builtins: [] },
  });
});

const [a, b] = sound.rooms;

test.each([
  ['an unknown key', { ...sound, room: [] }, 'unknown key room'],
  ['an unknown key of a room', { ...sound, rooms: [{ ...a, package: [] }] }, 'unknown key package'],
  ['a room that is not there', { ...sound, rooms: [{ ...b, rooms: ['models'] }] }, 'no room models'],
  ['types of a room that is not there', { ...sound, rooms: [{ ...a, typesOf: ['x'] }] }, 'no room x'],
  ['a room twice', { ...sound, rooms: [a, { ...b, name: 'a', rooms: [] }] }, 'room a is listed twice'],
  ['a path twice', { ...sound, rooms: [a, { ...b, paths: ['src/a'] }] }, 'path src/a is listed twice'],
  ['a word in place of a list', { ...sound, rooms: [{ ...a, packages: 'ws' }] }, 'packages: must be a list'],
  ['no list of rooms', { ...sound, rooms: undefined }, 'rooms: must be a list'],
  ['no name', { ...sound, rooms: [{ paths: [], rooms: [] }] }, 'name must be a string'],
  ['a list in place of the table', [], 'table: must be an object'],
])('%s is refused', (_, table, message) => {
  expect(() => parseImportTable(table)).toThrow(message);
});
