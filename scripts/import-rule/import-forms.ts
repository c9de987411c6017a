/** Every way in which a TypeScript file can load another, or name its types: one line of source for each. */
export const IMPORT_FORMS: Readonly<Record<string, (specifier: string) => string>> = {
  import: (s) => `import { a } from '${s}';`,
  'import for its effect': (s) => `import '${s}';`,
  'import namespace': (s) => `import * as a from "${s}";`,
  'import type': (s) => `import type { A } from '${s}';`,
  'import inline type': (s) => `import { type A } from '${s}';`,
  'export from': (s) => `export { a } from '${s}';`,
  'export all': (s) => `export * from '${s}';`,
  'export type from': (s) => `export type { A } from '${s}';`,
  'import()': (s) => `void import('${s}');`,
  'import() of a template': (s) => `void import(\`${s}\`);`,
  'import().T': (s) => `let a: import('${s}').A;`,
  'typeof import()': (s) => `let a: typeof import('${s}');`,
  require: (s) => `require('${s}');`,
  'require in brackets': (s) => `module['require']('${s}');`,
  'require.resolve': (s) => `require.resolve('${s}');`,
  'import require': (s) => `import a = require('${s}');`,
  'createRequire at once': (s) => `createRequire(import.meta.url)('${s}');`,
  'createRequire by a name': (s) => `const load = nodeModule.createRequire(import.meta.url); load('${s}');`,
  'import.meta.resolve': (s) => `import.meta.resolve('${s}');`,
  'declare module': (s) => `declare module '${s}' {}`,
};

/** Forms that name a file alone, never a package. */
export const FILE_FORMS: Readonly<Record<string, (specifier: string) => string>> = {
  Worker: (s) => `new Worker(new URL('${s}', import.meta.url));`,
  'Worker by a name': (s) => `const url = new URL('${s}', import.meta.url); new Worker(url);`,
  'import() of a URL': (s) => `void import(new URL('${s}', import.meta.url).href);`,
  'reference path': (s) => `/// <reference path="${s}" />`,
};

/** Forms that load nothing at run time, so that a room of `typesOf` allows them. */
export const TYPE_FORMS: readonly string[] = [
  'import type',
  'export type from',
  'import().T',
  'typeof import()',
  'declare module',
  'reference path',
];
