import type { Clock } from '../model/clock.ts';

/** A clock that knows its running timers, so that a link that is stopped leaves none behind. */
export class TrackedClock implements Clock {
  readonly #clock: Clock;
  readonly #running = new Set<() => void>();
  #stopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  /** After `stopAll` no timer begins any more. */
  after(ms: number, fn: () => void): () => void {
    if (this.#stopped) return () => undefined;
    const cancel = this.#clock.after(ms, () => {
      this.#running.delete(cancel);
      fn();
    });
    this.#running.add(cancel);
    return () => {
      this.#running.delete(cancel);
      cancel();
    };
  }

  stopAll(): void {
    this.#stopped = true;
    for (const cancel of this.#running) cancel();
    this.#running.clear();
  }
}
