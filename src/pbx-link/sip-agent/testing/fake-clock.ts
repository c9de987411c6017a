import type { Clock } from '../clock.ts';

/** A clock that goes only when a test says so. */
export type FakeClock = Clock & {
  /** Goes forward, running every timer that is due on the way, in order. */
  advance(ms: number): void;
  /** Timers that have neither fired nor been cancelled. */
  pending(): number;
};

export function createFakeClock(): FakeClock {
  type Pending = { readonly due: number; readonly order: number; readonly fn: () => void };
  const timers = new Set<Pending>();
  let time = 0;
  let order = 0;
  return {
    now: () => time,
    setTimer(ms, fn) {
      const timer = { due: time + ms, order: order++, fn };
      timers.add(timer);
      return { cancel: () => timers.delete(timer) };
    },
    advance(ms) {
      const end = time + ms;
      for (;;) {
        let next: Pending | undefined;
        for (const timer of timers) {
          if (timer.due > end) continue;
          if (!next || timer.due < next.due || (timer.due === next.due && timer.order < next.order))
            next = timer;
        }
        if (next === undefined) break;
        timers.delete(next);
        time = next.due;
        next.fn();
      }
      time = end;
    },
    pending: () => timers.size,
  };
}
