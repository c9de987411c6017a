import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What Debian calls the processor, and the paths that follow from it. */
type Architecture = { readonly triplet: string; readonly loader: string };

const ARCHITECTURES: Readonly<Partial<Record<NodeJS.Architecture, Architecture>>> = {
  x64: { triplet: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  arm64: { triplet: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
};

export const architecture: Architecture | undefined =
  process.platform === 'linux' ? ARCHITECTURES[process.arch] : undefined;

/** Where things lie in an unpacked tree of Debian packages. */
export type AsteriskTree = {
  readonly root: string;
  readonly modules: string;
  readonly data: string;
  /** The argv prefix that runs the tree's programs with the tree's own C library. */
  readonly asterisk: readonly string[];
  readonly sipp: readonly string[];
};

/**
 * Finds the programs of a tree at `root`, an absolute path. The programs run by the tree's own loader and
 * libraries, so that they work on any Linux whose kernel is new enough. Throws when the tree is not whole.
 */
export async function readTree(root: string): Promise<AsteriskTree> {
  if (architecture === undefined) throw new Error('no Debian tree for this system');
  const { triplet, loader } = architecture;
  // Newer suites have /lib merged into /usr/lib; in older ones the loader lies in /lib.
  const libraries = [join(root, 'usr/lib', triplet), join(root, 'lib', triplet), join(root, 'usr/lib')];
  const ld = libraries.map((folder) => join(folder, loader)).find((file) => existsSync(file));
  const interpreter = ld ?? (await versionedLoader(join(root, 'lib', triplet)));
  const modules = [
    join(root, 'usr/lib', triplet, 'asterisk/modules'),
    join(root, 'usr/lib/asterisk/modules'),
  ];
  const foundModules = modules.find((folder) => existsSync(join(folder, 'chan_pjsip.so')));
  if (foundModules === undefined) throw new Error(`no Asterisk modules under ${root}`);
  // libpulse and a few others lie in folders of their own.
  const own = join(root, 'usr/lib', triplet, 'pulseaudio');
  const run = [interpreter, '--library-path', [...libraries, own].join(':')];
  return {
    root,
    modules: foundModules,
    data: join(root, 'usr/share/asterisk'),
    asterisk: [...run, join(root, 'usr/sbin/asterisk')],
    sipp: [...run, join(root, 'usr/bin/sipp')],
  };
}

async function versionedLoader(folder: string): Promise<string> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  const name = names.find((candidate) => /^ld-2[0-9.]*\.so$/.test(candidate));
  if (name === undefined) throw new Error(`no loader in ${folder}`);
  return join(folder, name);
}
