import { existsSync, realpathSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';

/** What a specifier leads to. Paths are from the root of the repository, with `/`. */
export type Target =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'nowhere'; readonly why: string };

const BUILTINS = new Set(builtinModules);

/** Follows a specifier as it is written in `importer` (a path from `root`) to the file, package or built-in. */
export function resolveImport(root: string, importer: string, specifier: string): Target {
  if (specifier.startsWith('node:')) return { kind: 'builtin', name: firstName(specifier.slice(5)) };
  if (BUILTINS.has(specifier)) return { kind: 'builtin', name: firstName(specifier) };
  if (specifier.startsWith('#')) return { kind: 'nowhere', why: 'an alias hides where it leads' };
  if (specifier.startsWith('/') || /^[A-Za-z][\w+.-]*:/.test(specifier) || specifier.includes('\\')) {
    return { kind: 'nowhere', why: 'an absolute path or URL' };
  }
  if (specifier === '.' || specifier === '..' || /^\.\.?\//.test(specifier)) {
    return resolveFile(root, importer, specifier);
  }
  return { kind: 'package', name: packageName(specifier) };
}

function resolveFile(root: string, importer: string, specifier: string): Target {
  const plain = specifier.replace(/[?#].*$/, '');
  const wanted = join(root, dirname(importer), decodeURIComponentSafely(plain));
  const found = candidates(wanted).find((path) => existsSync(path) && statSync(path).isFile());
  // A link in the file system is followed too: the room is that of the file which is really loaded.
  const inside = relative(realpathSync(root), found === undefined ? wanted : realpathSync(found));
  const path = inside.split(sep).join('/');
  const inPackages = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? throughPackages(plain);
  if (inPackages?.[1] !== undefined) return { kind: 'package', name: inPackages[1] };
  if (path.startsWith('../')) return { kind: 'nowhere', why: 'outside of the repository' };
  return found === undefined ? { kind: 'nowhere', why: 'no such file' } : { kind: 'file', path };
}

// Where a package is itself a link (a workspace, a linked folder) the real path no longer shows node_modules.
function throughPackages(specifier: string): RegExpExecArray | null {
  return /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(specifier);
}

function candidates(path: string): readonly string[] {
  const endings = ['', '.ts', '.tsx', '.mts', '.cts', '.d.ts', '.js', '.mjs', '.cjs', '.json'];
  const typescript = path.replace(/\.([cm]?)js(x?)$/, '.$1ts$2');
  const index = endings.slice(1).map((ending) => join(path, `index${ending}`));
  return [...endings.map((ending) => path + ending), typescript, ...index];
}

function packageName(specifier: string): string {
  const parts = specifier.split('/');
  const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : firstName(specifier);
  // The types of a package belong to it.
  return name.startsWith('@types/') ? name.slice('@types/'.length) : name;
}

function firstName(specifier: string): string {
  return specifier.split('/')[0] ?? specifier;
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
