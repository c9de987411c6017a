import type { Clock } from '../clock.ts';

/** A clock that the test turns by hand; timers run in the order in which they are due. */
export class HandClock implements Clock {
  #now = 1_000_000;
  #timers: { due: number; readonly fn: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { due: this.#now + ms, fn };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  get waiting(): number {
    return this.#timers.length;
  }

  /** Lets this much time pass, and after each timer lets what it began go on. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      const next = this.#timers.filter(({ due }) => due <= end).toSorted((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.due);
      next.fn();
      await settle();
    }
    this.#now = end;
    await settle();
  }

  /** The PC sleeps: the clock goes on, and every timer is as far away as before. */
  sleep(ms: number): void {
    this.#now += ms;
    for (const timer of this.#timers) timer.due += ms;
  }
}

/** Lets everything that is ready go on. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
