import { parseSync } from 'vite';
import { argumentOf, calleeName, type Node, namesMadeBy, stringOf, urlBesideFile, walk } from './syntax.ts';

/** One place in a file that loads, or names the types of, another module. */
export type ImportSite = {
  readonly form:
    | 'import'
    | 'import type'
    | 'export from'
    | 'export type from'
    | 'import()'
    | 'import().T'
    | 'require'
    | 'import require'
    | 'resolve'
    | 'getBuiltinModule'
    | 'Worker'
    | 'URL'
    | 'declare module'
    | 'reference path'
    | 'reference types';
  /** As it is written; null when it is computed, so that nobody can tell what it loads. */
  readonly specifier: string | null;
  readonly line: number;
};

export type Collected =
  | { readonly ok: true; readonly sites: readonly ImportSite[] }
  | { readonly ok: false; readonly reason: string };

/** Every import of a TypeScript or JavaScript source in every form. `file` tells the language by its ending. */
export function collectImports(file: string, source: string): Collected {
  const parsed = parseSync(file, source, { sourceType: 'module' });
  const fault = parsed.errors.find((error) => error.severity === 'Error');
  if (fault !== undefined) return { ok: false, reason: `does not parse: ${fault.message}` };
  const lineOf = (offset: number) => source.slice(0, offset).split('\n').length;
  const sites: ImportSite[] = [];
  const program: unknown = parsed.program;
  const requireNames = new Set(['require', ...namesMadeBy(program, 'createRequire')]);
  const urlNames = namesMadeBy(program, 'URL');
  walk(program, (node) => {
    for (const site of sitesOf(node, requireNames, urlNames)) {
      sites.push({ ...site, line: lineOf(Number(node.start)) });
    }
  });
  for (const comment of parsed.comments) {
    const reference = /^\/\s*<reference\s+(path|types)\s*=\s*["']([^"']{1,500})["']/.exec(comment.value);
    if (comment.type !== 'Line' || reference === null) continue;
    const form = reference[1] === 'path' ? 'reference path' : 'reference types';
    sites.push({ form, specifier: reference[2] ?? null, line: lineOf(comment.start) });
  }
  return { ok: true, sites };
}

type Site = Omit<ImportSite, 'line'>;

function sitesOf(node: Node, requireNames: ReadonlySet<string>, urlNames: ReadonlySet<string>): Site[] {
  const source = stringOf(node.source);
  switch (node.type) {
    case 'ImportDeclaration':
      return [{ form: node.importKind === 'type' ? 'import type' : 'import', specifier: source }];
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration': {
      if (node.source === null || node.source === undefined) return [];
      return [{ form: node.exportKind === 'type' ? 'export type from' : 'export from', specifier: source }];
    }
    case 'ImportExpression':
      return [{ form: 'import()', specifier: source ?? urlBesideFile(node.source) }];
    case 'TSImportType':
      return [{ form: 'import().T', specifier: source }];
    case 'TSExternalModuleReference':
      return [{ form: 'import require', specifier: stringOf(node.expression) }];
    case 'TSModuleDeclaration': {
      const name = stringOf(node.id);
      return name === null ? [] : [{ form: 'declare module', specifier: name }];
    }
    case 'CallExpression':
      return callSites(node, requireNames);
    case 'NewExpression':
      return newSites(node, urlNames);
    default:
      return [];
  }
}

function callSites(node: Node, requireNames: ReadonlySet<string>): Site[] {
  const name = calleeName(node.callee);
  const specifier = stringOf(argumentOf(node, 0));
  const last = name.slice(name.lastIndexOf('.') + 1);
  if (requireNames.has(name) || last === 'require' || name === 'createRequire()') {
    return [{ form: 'require', specifier }];
  }
  if (last === 'resolve' && (name === 'import.meta.resolve' || requireNames.has(name.slice(0, -8)))) {
    return [{ form: 'resolve', specifier }];
  }
  return last === 'getBuiltinModule' ? [{ form: 'getBuiltinModule', specifier }] : [];
}

function newSites(node: Node, urlNames: ReadonlySet<string>): Site[] {
  const name = calleeName(node.callee);
  const last = name.slice(name.lastIndexOf('.') + 1);
  if (last === 'Worker' || last === 'SharedWorker') {
    const first = argumentOf(node, 0);
    // Its URL is a site of its own, wherever in the file it is made.
    if (urlBesideFile(first) !== null || urlNames.has(calleeName(first))) return [];
    return [{ form: 'Worker', specifier: stringOf(first) }];
  }
  const beside = last === 'URL' ? urlBesideFile(node) : null;
  const isCode = beside !== null && /\.(?:[cm]?[jt]sx?|node)(?:[?#].*)?$/.test(beside);
  return isCode ? [{ form: 'URL', specifier: beside }] : [];
}
