import type { Clock } from '../../model/clock.ts';
import { until } from './until.ts';

type Timer = { readonly ms: number; readonly fn: () => void };

/**
 * Timers that expire only when the test says so, named by their length, while the network runs on in real time: a
 * turned clock would let the limit of every request expire before its answer could come. Loops that only look again
 * each 10 ms run by themselves.
 */
export class HandTimers implements Clock {
  #now = 1_000_000;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  after(ms: number, fn: () => void): () => void {
    if (ms === 10) {
      const poll = setTimeout(fn, ms);
      return () => clearTimeout(poll);
    }
    const timer = { ms, fn };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lengths of the timers that wait, the oldest first. */
  get waiting(): number[] {
    return [...this.#timers].map(({ ms }) => ms);
  }

  /** Lets the timers of this length, or of a length in these bounds, expire; gives their lengths. */
  expire(from: number, to: number = from): number[] {
    const due = [...this.#timers].filter(({ ms }) => ms >= from && ms <= to);
    for (const timer of due) {
      this.#timers.delete(timer);
      timer.fn();
    }
    return due.map(({ ms }) => ms);
  }

  /** Waits until timers of this length run, and lets them expire. */
  async expireNext(ms: number): Promise<void> {
    await until(
      () => this.expire(ms).length > 0,
      () => `a timer of ${ms} ms; these run: ${this.waiting.join()}`,
    );
  }

  /** Time goes by and no timer expires of it. */
  pass(ms: number): void {
    this.#now += ms;
  }
}
