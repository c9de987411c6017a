import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The SIP agent in a process of its own; it also ends with the one that started it. */
export type SeparateAgent = {
  /** `host:port:secret`, as CORDBOARD_DRACHTIO has it. */
  readonly address: string;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
};

export async function startSeparateAgent(): Promise<SeparateAgent> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'agent-process.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    ended.then(() => Promise.reject(new Error('the agent ended before it said where it is'))),
  ]);
  const { host, port, secret } = JSON.parse(line);
  return {
    address: `${host}:${port}:${secret}`,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
