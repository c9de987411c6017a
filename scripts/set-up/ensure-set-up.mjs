import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isInstalledAsLocked } from './installed-packages.mjs';
import { runtimePath } from './project-paths.mjs';
import { withLock } from './set-up-lock.mjs';

/**
 * Makes the project ready to run: the packages as package-lock.json says, and the pinned Node. Quick when nothing is
 * to be done. What it does it says on stderr. Throws Error with the reason when it cannot.
 * @param {string} root the project's folder
 */
export function ensureSetUp(root) {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < 20) throw new Error(`Node 20 or newer is needed to set up; this is ${process.version}`);
  const wanted = fingerprint(root);
  if (isReady(root, wanted)) return;
  withLock(join(root, '.cache', 'set-up.lock'), () => {
    if (isReady(root, wanted)) return;
    if (isOfOtherMachine(root) || !isInstalledAsLocked(root)) {
      say('setting up: installing the packages (npm ci), once');
      installPackages(root);
    }
    const version = pinnedVersion(root);
    if (runtimeVersion(root) !== `v${version}`) {
      say(`setting up: fetching Node ${version} to run on, once`);
      fetchRuntime(root, version);
    }
    writeFileSync(markerFile(root), wanted);
  });
}

/** @param {string} root */
function markerFile(root) {
  return join(root, 'node_modules', '.cordboard-set-up');
}

/** @param {string} root */
function readMarker(root) {
  const file = markerFile(root);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/**
 * @param {string} root
 * @param {string} wanted
 */
function isReady(root, wanted) {
  return readMarker(root) === wanted && existsSync(runtimePath(root));
}

/**
 * What the set-up depends on: the locked packages, and the machine.
 * @param {string} root
 */
function fingerprint(root) {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${machine()}`;
}

/**
 * A folder that was copied from another kind of machine has that one's programs in its packages.
 * @param {string} root
 */
function isOfOtherMachine(root) {
  const marker = readMarker(root);
  return marker !== null && !marker.endsWith(` ${machine()}`);
}

function machine() {
  return `${process.platform}-${process.arch}`;
}

/** @param {string} root */
function pinnedVersion(root) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return String(lock.packages['node_modules/node'].version);
}

/** @param {string} root */
function runtimeVersion(root) {
  const program = runtimePath(root);
  if (!existsSync(program)) return null;
  return spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? null;
}

/** @param {string} root */
function installPackages(root) {
  // The tools are development packages: without --include they would be left out where NODE_ENV is "production".
  const outcome = npm(root, ['ci', '--include=dev', '--ignore-scripts']);
  if (outcome !== 0) throw new Error('the packages could not be installed; npm says why above');
}

/**
 * The package `node` fetches the program for this machine in its install script, and install scripts are off
 * (npm 10 would build better-sqlite3 from source): so this one script is run here.
 * @param {string} root
 * @param {string} version
 */
function fetchRuntime(root, version) {
  const folder = join(root, 'node_modules', 'node');
  // Newer Nodes warn of how that script starts npm, which helps nobody here.
  spawnSync(process.execPath, ['--no-deprecation', 'installArchSpecificPackage.js'], {
    cwd: folder,
    env: quiet(process.env),
    stdio: ['ignore', 2, 2],
  });
  if (runtimeVersion(root) !== `v${version}`) {
    throw new Error(`Node ${version} for ${machine()} could not be fetched; npm says why above`);
  }
}

/**
 * Runs npm: the one that runs this script, else the one on the path. Its output goes to stderr, as stdout belongs to
 * the command that follows.
 * @param {string} root
 * @param {readonly string[]} args
 */
function npm(root, args) {
  const script = process.env.npm_execpath;
  /** @type {import('node:child_process').SpawnSyncOptions} */
  const options = { cwd: root, env: quiet(process.env), stdio: ['ignore', 2, 2] };
  if (script !== undefined && basename(script) === 'npm-cli.js' && existsSync(script)) {
    return spawnSync(process.execPath, [script, ...args], options).status;
  }
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' }).status;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function quiet(env) {
  const settings = { loglevel: 'error', audit: 'false', fund: 'false', update_notifier: 'false' };
  const entries = Object.entries(settings).map(([name, value]) => [`npm_config_${name}`, value]);
  return { ...env, ...Object.fromEntries(entries) };
}

/** @param {string} text */
function say(text) {
  console.error(`cordboard: ${text}`);
}
