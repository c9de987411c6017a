/** A running timer. `cancel` may be called at any time, also after the timer has fired. */
export type Timer = { cancel(): void };

/** Time as the agent sees it, so that every timer can be run by a test. Milliseconds throughout. */
export type Clock = {
  /** Milliseconds since an arbitrary start; never goes back. */
  now(): number;
  /** Calls `fn` once after `ms` milliseconds. */
  setTimer(ms: number, fn: () => void): Timer;
};

/** The machine's own clock. Its timers do not keep a process alive: the sockets do that. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer(ms, fn) {
    const handle = setTimeout(fn, ms);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};
