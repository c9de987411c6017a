import { readFileSync } from 'node:fs';

/** Node's built-in modules by their first name (`fs` covers `fs/promises`); `any` is every one but `module`. */
export type Builtins = readonly string[] | 'any';

/** What one room may import besides itself. */
export type Room = {
  readonly name: string;
  /** Folders and files, from the root of the repository. The longest that fits a file decides its room. */
  readonly paths: readonly string[];
  readonly rooms: readonly string[];
  /** Rooms of which types alone may be imported. */
  readonly typesOf: readonly string[];
  readonly packages: readonly string[];
  readonly builtins: Builtins;
  /** What the room's tests may import besides. */
  readonly tests: {
    readonly rooms: readonly string[];
    readonly packages: readonly string[];
    readonly builtins: Builtins;
  };
};

export type ImportTable = {
  readonly rooms: readonly Room[];
  /** Folders that are no part of the product: they may import all of it, and no product file imports them. */
  readonly outside: readonly string[];
  /** What every test may import. */
  readonly tests: { readonly packages: readonly string[]; readonly builtins: Builtins };
};

/** Reads the table; throws Error with the fault when it is not sound (a misspelt room must not open a door). */
export function readImportTable(file: string): ImportTable {
  return parseImportTable(JSON.parse(readFileSync(file, 'utf8')));
}

/** A table from its JSON value. Throws Error naming the key that is unknown, missing, doubled or of a wrong type. */
export function parseImportTable(value: unknown): ImportTable {
  const table = fields(value, 'table', ['rooms', 'outside', 'tests']);
  const everyTest = fields(table.tests, 'tests', ['packages', 'builtins']);
  if (!Array.isArray(table.rooms)) throw new Error('rooms: must be a list');
  const rooms = table.rooms.map(room);
  const names = rooms.map(({ name }) => name);
  refuseDoubles(names, 'room');
  const paths = rooms.flatMap((one) => one.paths);
  refuseDoubles(paths, 'path');
  for (const { name, rooms: may, typesOf, tests } of rooms) {
    const stranger = [...may, ...typesOf, ...tests.rooms].find((other) => !names.includes(other));
    if (stranger !== undefined) throw new Error(`room ${name}: there is no room ${stranger}`);
  }
  return {
    rooms,
    outside: strings(table.outside, 'outside'),
    tests: {
      packages: strings(everyTest.packages, 'tests.packages'),
      builtins: builtins(everyTest.builtins, 'tests.builtins'),
    },
  };
}

function room(value: unknown): Room {
  const keys = ['name', 'paths', 'rooms', 'typesOf', 'packages', 'builtins', 'tests'];
  const entry = fields(value, 'room', keys);
  const name = entry.name;
  if (typeof name !== 'string') throw new Error('room: name must be a string');
  const tests = fields(entry.tests ?? {}, `room ${name}: tests`, ['rooms', 'packages', 'builtins']);
  const list = (key: string) => strings(entry[key] ?? [], `room ${name}: ${key}`);
  return {
    name,
    paths: strings(entry.paths, `room ${name}: paths`),
    rooms: strings(entry.rooms, `room ${name}: rooms`),
    typesOf: list('typesOf'),
    packages: list('packages'),
    builtins: builtins(entry.builtins ?? [], `room ${name}: builtins`),
    tests: {
      rooms: strings(tests.rooms ?? [], `room ${name}: tests.rooms`),
      packages: strings(tests.packages ?? [], `room ${name}: tests.packages`),
      builtins: builtins(tests.builtins ?? [], `room ${name}: tests.builtins`),
    },
  };
}

function fields(value: unknown, where: string, known: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${where}: must be an object`);
  }
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new Error(`${where}: unknown key ${unknown}`);
  return { ...value };
}

function strings(value: unknown, where: string): readonly string[] {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw new Error(`${where}: must be a list of strings`);
  }
  return value;
}

function builtins(value: unknown, where: string): Builtins {
  return value === 'any' ? value : strings(value, where);
}

function refuseDoubles(values: readonly string[], what: string): void {
  const double = values.find((value, index) => values.indexOf(value) !== index);
  if (double !== undefined) throw new Error(`${what} ${double} is listed twice`);
}
