// Runs one command of the project on the pinned Node, after setting the project up where that is needed.
// Every script of package.json goes through here, so this file and what it imports run on any Node from 20 on and
// need no package: node scripts/run.mjs COMMAND [ARGUMENT …]
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureSetUp } from './set-up/ensure-set-up.mjs';
import { projectPath, runtimePath } from './set-up/project-paths.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [command, ...rest] = process.argv.slice(2);

if (command === undefined) {
  console.error('usage: node scripts/run.mjs COMMAND [ARGUMENT …]');
  process.exit(2);
}

try {
  ensureSetUp(root);
} catch (error) {
  console.error(`cordboard: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

const onWindows = process.platform === 'win32';
const isNode = command === 'node';
const child = spawn(isNode ? runtimePath(root) : command, rest, {
  cwd: root,
  env: projectPath(root, process.env),
  stdio: 'inherit',
  // The commands of packages are .cmd files there, which only a shell starts.
  shell: onWindows && !isNode,
});

/** @type {readonly NodeJS.Signals[]} */
const signals = ['SIGTERM', 'SIGHUP', 'SIGINT'];
for (const signal of signals) {
  process.on(signal, () => {
    // A terminal gives Ctrl+C to the command itself; a second one would mean "at once".
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
}

child.on('error', (error) => {
  console.error(`cordboard: ${command} did not start: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  for (const one of signals) process.removeAllListeners(one);
  process.kill(process.pid, signal);
});
