import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { CallerAnswer, CallerRequest } from './callers.ts';

type Waiting = { resolve(answer: CallerAnswer): void; reject(error: Error): void };

/** The load's process: headset phone and guests. */
export class Load {
  readonly #child: ChildProcess = fork(join(import.meta.dirname, 'callers.ts'));
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #gone: Error | null = null;

  constructor() {
    this.#child.on('message', (message: { id: number; answer: CallerAnswer }) => {
      this.#waiting.get(message.id)?.resolve(message.answer);
      this.#waiting.delete(message.id);
    });
    const gone = (why: string) => {
      this.#gone = new Error(`the load's process is gone: ${why}`);
      for (const waiting of this.#waiting.values()) waiting.reject(this.#gone);
      this.#waiting.clear();
    };
    this.#child.on('error', (error) => gone(error.message));
    this.#child.on('exit', (code, signal) => gone(signal ?? `exit code ${code}`));
  }

  /** Rejects when the load could not do it, or has ended. */
  async ask(request: CallerRequest): Promise<CallerAnswer> {
    if (this.#gone !== null) throw this.#gone;
    this.#last += 1;
    const id = this.#last;
    const answer = await new Promise<CallerAnswer>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, request });
    });
    if (!answer.ok) throw new Error(`the callers could not ${request.op}: ${answer.error}`);
    return answer;
  }

  async close(): Promise<void> {
    await this.ask({ op: 'close' }).catch(() => undefined);
    this.#child.kill();
  }
}
