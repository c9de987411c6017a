import { delimiter, join } from 'node:path';

/**
 * The pinned Node's program.
 * @param {string} root the project's folder
 */
export function runtimePath(root) {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  return join(root, 'node_modules', 'node', 'bin', name);
}

/**
 * The environment with the pinned Node and the packages' commands first on the path.
 * @param {string} root the project's folder
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function projectPath(root, env) {
  // Windows writes the name as it likes ("Path").
  const key = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const first = [join(root, 'node_modules', 'node', 'bin'), join(root, 'node_modules', '.bin')];
  return { ...env, [key]: [...first, env[key] ?? ''].filter((part) => part !== '').join(delimiter) };
}
