import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { architecture, readTree } from './asterisk-tree.ts';
import { withLock } from './install-lock.ts';

/** A real Asterisk, ready to run. `sipp` is the argv prefix that runs sipp with its own C library. */
export type InstalledAsterisk = {
  readonly root: string;
  /** Such as `22.10.1`. */
  readonly version: string;
  readonly sipp: readonly string[];
};

/** Why there is none on this machine, in words. */
export type MissingAsterisk = { readonly missing: string };

/** The newest first; Debian's stable releases after bullseye have no Asterisk. */
const SUITES = ['sid', 'bullseye'] as const;
type Suite = (typeof SUITES)[number];

/** Both, or the one of CORDBOARD_ASTERISK_SUITE alone: to try the profile on the older Asterisk. */
function wantedSuites(): readonly Suite[] {
  const wanted = process.env.CORDBOARD_ASTERISK_SUITE;
  return wanted === undefined ? SUITES : SUITES.filter((suite) => suite === wanted);
}

const PACKAGES = ['asterisk', 'asterisk-moh-opsound-gsm', 'sip-tester'];
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const MARKER = 'cordboard-version';
const DOWNLOAD_MS = 5 * 60_000;

const run = promisify(execFile);
let asked: Promise<InstalledAsterisk | MissingAsterisk> | undefined;

/**
 * A real Asterisk for the tests: the one in the cache, else fetched from Debian through the mirror that this
 * machine's apt uses. Any user may; nothing outside the cache folder changes. Never rejects.
 */
export function ensureAsterisk(): Promise<InstalledAsterisk | MissingAsterisk> {
  asked ??= ensure();
  return asked;
}

async function ensure(): Promise<InstalledAsterisk | MissingAsterisk> {
  if (architecture === undefined)
    return {
      missing: `Asterisk for tests needs Linux on x86-64 or arm64, not ${process.platform} ${process.arch}`,
    };
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cordboard');
  const reasons: string[] = [];
  try {
    await mkdir(cache, { recursive: true });
    for (const suite of wantedSuites()) {
      const folder = join(cache, `asterisk-${suite}`);
      if (existsSync(join(folder, MARKER))) return await installed(folder);
    }
    for (const suite of wantedSuites()) {
      const folder = join(cache, `asterisk-${suite}`);
      try {
        return await withLock(`${folder}.lock`, async () => {
          if (!existsSync(join(folder, MARKER))) await install(suite, folder);
          return installed(folder);
        });
      } catch (error) {
        reasons.push(`${suite}: ${firstLine(error)}`);
      }
    }
  } catch (error) {
    reasons.push(firstLine(error));
  }
  return { missing: reasons.join('; ') || `no suite is called ${process.env.CORDBOARD_ASTERISK_SUITE}` };
}

async function installed(folder: string): Promise<InstalledAsterisk> {
  const version = (await readFile(join(folder, MARKER), 'utf8')).trim();
  const { root, sipp } = await readTree(join(folder, 'root'));
  return { root, version, sipp };
}

/** Builds the tree aside and moves it into place whole, with the marker in it. */
async function install(suite: Suite, folder: string): Promise<void> {
  const building = `${folder}.building-${process.pid}`;
  try {
    await rm(building, { recursive: true, force: true });
    await download(suite, building);
    const archives = join(building, 'cache/archives');
    const packages = (await readdir(archives)).filter((name) => name.endsWith('.deb'));
    for (const name of packages) await unpack(join(archives, name), join(building, 'root'));
    await rm(join(building, 'cache'), { recursive: true });
    await rm(join(building, 'lists'), { recursive: true });
    const version = await askVersion(join(building, 'root'));
    await writeFile(join(building, MARKER), `${version}\n`);
    await rm(folder, { recursive: true, force: true });
    await rename(building, folder);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

/** Fetches the packages and all they need, checked by apt against Debian's keys. */
async function download(suite: Suite, folder: string): Promise<void> {
  if (!existsSync(KEYRING))
    throw new Error(`Debian's keys are not at ${KEYRING} (package debian-archive-keyring)`);
  const mirror = await debianMirror();
  for (const name of ['lists/partial', 'cache/archives/partial', 'root'])
    await mkdir(join(folder, name), { recursive: true });
  // An empty list of installed packages: everything down to the C library is fetched.
  await writeFile(join(folder, 'status'), '');
  const source = (uri: string, name: string) => `deb [signed-by=${KEYRING}] ${uri} ${name} main\n`;
  const security = suite === 'bullseye' ? source(`${mirror}-security`, 'bullseye-security') : '';
  await writeFile(join(folder, 'sources.list'), source(mirror, suite) + security);
  const settings = [
    `Dir::Etc::sourcelist=${join(folder, 'sources.list')}`,
    'Dir::Etc::sourceparts=-',
    `Dir::State=${folder}`,
    `Dir::State::Lists=${join(folder, 'lists')}`,
    `Dir::State::status=${join(folder, 'status')}`,
    `Dir::Cache=${join(folder, 'cache')}`,
    'Debug::NoLocking=1',
    'APT::Install-Recommends=false',
    'APT::Update::Post-Invoke-Success::=',
    'DPkg::Post-Invoke::=',
    'APT::Sandbox::User=',
    'APT::Update::Error-Mode=any',
    'Acquire::Retries=2',
    'Acquire::http::Timeout=20',
  ].flatMap((setting) => ['-o', setting]);
  const apt = (...words: string[]) =>
    run('apt-get', ['-qq', ...settings, ...words], { timeout: DOWNLOAD_MS });
  await apt('update');
  await apt('-y', '--download-only', 'install', ...PACKAGES);
}

/** The Debian mirror that apt is set to, or the one of CORDBOARD_DEBIAN_MIRROR, without a slash at its end. */
async function debianMirror(): Promise<string> {
  const chosen = process.env.CORDBOARD_DEBIAN_MIRROR;
  const { stdout } = chosen
    ? { stdout: chosen }
    : await run('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages']);
  const mirrors = stdout.split('\n').map((line) => line.trim().replace(/\/+$/, ''));
  const mirror = chosen ? mirrors[0] : mirrors.find((uri) => uri.endsWith('/debian'));
  if (!mirror) throw new Error("this machine's apt knows no Debian mirror (set CORDBOARD_DEBIAN_MIRROR)");
  return mirror;
}

async function unpack(archive: string, root: string): Promise<void> {
  const left = ['./usr/share/doc/*', './usr/share/man/*', './usr/share/locale/*', './dev/*'];
  const exclude = left.map((pattern) => `--exclude='${pattern}'`).join(' ');
  const script = `set -o pipefail; dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --no-same-owner ${exclude}`;
  await run('bash', ['-c', script, 'unpack', archive, root]);
}

/** Runs the program once, which proves that the tree is whole. */
async function askVersion(root: string): Promise<string> {
  const { asterisk } = await readTree(root);
  const [program = '', ...words] = asterisk;
  const { stdout } = await run(program, [...words, '-V'], { timeout: 20_000 });
  const version = /Asterisk ([0-9.]+)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`unexpected version: ${stdout.slice(0, 80)}`);
  return version;
}

function firstLine(error: unknown): string {
  const said = (error as { stderr?: unknown }).stderr;
  const text =
    typeof said === 'string' && said.trim() !== '' ? said : String((error as Error).message ?? error);
  return text.trim().split('\n')[0]?.slice(0, 300) ?? 'unknown';
}

if (import.meta.main) {
  const found = await ensureAsterisk();
  if ('missing' in found) {
    console.error(`no Asterisk: ${found.missing}`);
    process.exitCode = 1;
  } else console.log(`Asterisk ${found.version} in ${found.root}`);
}
