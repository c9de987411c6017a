import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { boardSchema } from './board.ts';
import { clientFrameSchema, commandResultSchema, FRAME_ERRORS, serverFrameSchema } from './messages.ts';
import { OPERATOR_COMMAND_TYPES, operatorCommandSchema } from './operator-command.ts';
import { isQueryName, querySchemas } from './queries.ts';
import { REASON_MEANING } from './reason-meaning.ts';
import { parseSettings, settingsSchema } from './settings.ts';

// docs/contract.md against the schemas: nothing is missing, nothing is left over, every example is right.

type Section = { readonly title: string; readonly headings: readonly string[]; readonly text: string };
type Example = { readonly kind: string; readonly heading: string; readonly json: unknown };

const page = readFileSync(join(import.meta.dirname, '../../docs/contract.md'), 'utf8');

const sections: readonly Section[] = page
  .split(/^## /m)
  .slice(1)
  .map((text) => ({
    title: text.slice(0, text.indexOf('\n')),
    headings: [...text.matchAll(/^### `(.+)`$/gm)].map((match) => match[1] ?? ''),
    text,
  }));

function section(title: string): Section {
  const found = sections.find((one) => one.title === title);
  if (found === undefined) throw new Error(`docs/contract.md has no section ${title}`);
  return found;
}

/** The examples of a section, each with the heading that it stands under. */
function examples(title: string): readonly Example[] {
  return section(title)
    .text.split(/^### /m)
    .flatMap((part) =>
      [...part.matchAll(/^```json (\w+)\n(.*?)\n```$/gms)].map(([, kind = '', json = '']) => ({
        kind,
        heading: /^`(.+)`/.exec(part)?.[1] ?? '',
        json: JSON.parse(json) as unknown,
      })),
    );
}

const codeIn = (text: string) => [...text.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] ?? '');

test('every command has its heading and a right example', () => {
  expect(section('Commands').headings).toEqual(OPERATOR_COMMAND_TYPES);
  const shown = examples('Commands').map(({ heading, json }) => {
    expect(operatorCommandSchema.parse(json).type).toBe(heading);
    return heading;
  });
  expect(shown).toEqual(OPERATOR_COMMAND_TYPES);
});

const refusal = z.strictObject({ command: operatorCommandSchema, result: commandResultSchema });

test('every refusal has its heading and an example that bears it', () => {
  const { headings } = section('Refusals');
  const shown = examples('Refusals').map(({ heading, json }) => {
    expect(refusal.parse(json).result).toMatchObject({ ok: false, reason: { key: heading } });
    return heading;
  });
  expect(shown).toEqual(headings);
});

test('every reason is told once, as a refusal or in a table with its meaning', () => {
  const { text } = section('Reasons');
  const told = [...section('Refusals').headings, ...codeIn(text)];
  expect(told.toSorted()).toEqual(Object.keys(REASON_MEANING).toSorted());
  for (const [key, meaning] of Object.entries(REASON_MEANING)) {
    if (codeIn(text).includes(key)) expect(text).toContain(`| \`${key}\` | ${meaning} |`);
  }
});

test('every refusal that the desk can decide is among the refusals', () => {
  const board = join(import.meta.dirname, '../main/board');
  const sources = ['decide.ts', 'two-sides.ts', 'take-in-hand.ts'].map((name) =>
    readFileSync(join(board, name), 'utf8'),
  );
  const decided = [...sources.join('\n').matchAll(/refuse\(([^;]*?)\)/g)].flatMap((match) =>
    [...(match[1] ?? '').matchAll(/'([a-z-]+)'/g)].map((key) => key[1] ?? ''),
  );
  expect(new Set(decided).size).toBeGreaterThan(8);
  expect(section('Refusals').headings).toEqual(expect.arrayContaining([...new Set(decided)]));
});

test('every message has its heading, and its examples are right', () => {
  const types = [...clientFrameSchema.options, ...serverFrameSchema.options].map(
    ({ shape }) => shape.type.value,
  );
  expect(section('Messages').headings).toEqual(types);
  for (const { kind, heading, json } of examples('Messages')) {
    const schema = kind === 'client' ? clientFrameSchema : serverFrameSchema;
    expect(schema.parse(json).type).toBe(heading);
  }
  expect(codeIn(section('Messages').text)).toEqual([...FRAME_ERRORS]);
});

test('every part of the board has its heading', () => {
  expect(section('Board').headings).toEqual(Object.keys(boardSchema.shape));
});

test('every query has its heading and a right example', () => {
  expect(section('Queries').headings).toEqual(Object.keys(querySchemas));
  for (const { heading, json } of examples('Queries')) {
    const { name, args } = z.strictObject({ name: z.string(), args: z.unknown() }).parse(json);
    expect(name).toBe(heading);
    if (!isQueryName(name)) throw new Error(`no query ${name}`);
    expect(querySchemas[name].safeParse(args).success).toBe(true);
  }
});

describe('settings', () => {
  /** The paths of all keys that have no keys of their own. */
  function pathsOf(schema: z.core.$ZodType, path: readonly string[]): readonly string[] {
    if (schema instanceof z.ZodPrefault) return pathsOf(schema.unwrap(), path);
    if (!(schema instanceof z.ZodObject)) return [path.join('.')];
    return Object.entries(schema.shape as Record<string, z.core.$ZodType>).flatMap(([key, inner]) =>
      pathsOf(inner, [...path, key]),
    );
  }

  test('every key has its heading', () => {
    const paths = pathsOf(settingsSchema, []);
    expect(paths).toContain('desk.dialInCall');
    expect(section('Settings').headings).toEqual(paths);
  });

  test('the example is enough, and every default is told', () => {
    const [example] = examples('Settings');
    const { text } = section('Settings');
    const parsed = parseSettings(example?.json);
    if (!parsed.ok) throw new Error(parsed.problems.join());
    const given = leaves(example?.json).map(([path]) => path);
    const defaults = leaves(parsed.settings).filter(([path]) => !given.includes(path));
    expect(defaults.length).toBeGreaterThan(10);
    const untold = defaults.filter(([path, value]) => {
      const part = text.split(/^### /m).find((one) => one.startsWith(`\`${path}\`\n`));
      return part?.includes(`Default: \`${value}\`.`) !== true;
    });
    expect(untold).toEqual([]);
  });

  /** Every value of a tree with its path. */
  function leaves(value: unknown, path: readonly string[] = []): readonly (readonly [string, string])[] {
    if (typeof value !== 'object' || value === null) return [[path.join('.'), String(value)]];
    return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
  }
});
