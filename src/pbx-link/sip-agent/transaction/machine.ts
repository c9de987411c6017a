import type { Clock, Timer } from '../clock.ts';
import type { TimerName } from './timers.ts';

/**
 * What a transaction asks of its surroundings:
 * `transmit` the request (client) or the last response (server) again or for the first time,
 * `acknowledge` a failure of an INVITE (17.1.1.3), `deliver` the message that was put in to the user,
 * `timeout`, `unreachable` and `cancelled` tell the user that no answer will come.
 */
export type Effect =
  | 'transmit'
  | 'retransmit'
  | 'acknowledge'
  | 'deliver'
  | 'timeout'
  | 'unreachable'
  | 'cancelled';

export type Action =
  | { readonly type: 'effect'; readonly effect: Effect }
  | { readonly type: 'start'; readonly timer: TimerName; readonly ms: number }
  | { readonly type: 'stop'; readonly timer: TimerName };

export type Step<State> = { readonly state: State; readonly actions: readonly Action[] };

/** A transaction machine: pure. `reliable` is true over TCP. */
export type Machine<State, Input> = (state: State, input: Input, reliable: boolean) => Step<State>;

export type TimerInput = { readonly type: 'timer'; readonly timer: TimerName };

export const effect = (name: Effect): Action => ({ type: 'effect', effect: name });
export const start = (timer: TimerName, ms: number): Action => ({ type: 'start', timer, ms });
export const stop = (timer: TimerName): Action => ({ type: 'stop', timer });

export type RunningMachine<State, Input> = {
  state(): State;
  put(input: Input): void;
  /** Ends the machine at once without any effect: the agent is closing. */
  abandon(): void;
};

/**
 * Runs one machine: keeps its state and timers and calls `perform` for each effect, in order, then `terminated` once.
 * An effect may put further input; it is taken after the present step is done.
 */
export function runMachine<State extends { readonly name: string }, Input>(
  machine: Machine<State, Input | TimerInput>,
  initial: State,
  options: {
    readonly reliable: boolean;
    readonly clock: Clock;
    readonly perform: (effect: Effect) => void;
    readonly terminated: () => void;
  },
): RunningMachine<State, Input> {
  const timers = new Map<TimerName, Timer>();
  const waiting: (Input | TimerInput)[] = [];
  let state = initial;
  let busy = false;

  function stopTimer(name: TimerName): void {
    timers.get(name)?.cancel();
    timers.delete(name);
  }

  function act(action: Action): void {
    if (action.type === 'effect') options.perform(action.effect);
    else if (action.type === 'stop') stopTimer(action.timer);
    else {
      stopTimer(action.timer);
      const { timer } = action;
      const running = options.clock.setTimer(action.ms, () => {
        if (timers.get(timer) !== running) return;
        timers.delete(timer);
        put({ type: 'timer', timer });
      });
      timers.set(timer, running);
    }
  }

  function take(input: Input | TimerInput): void {
    if (state.name === 'terminated') return;
    const step = machine(state, input, options.reliable);
    state = step.state;
    const ended = state.name === 'terminated';
    if (ended) for (const name of [...timers.keys()]) stopTimer(name);
    for (const action of step.actions) act(action);
    if (ended) options.terminated();
  }

  function put(input: Input | TimerInput): void {
    waiting.push(input);
    if (busy) return;
    busy = true;
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) take(next);
    } finally {
      busy = false;
    }
  }

  return {
    state: () => state,
    put,
    abandon() {
      for (const name of [...timers.keys()]) stopTimer(name);
      if (state.name !== 'terminated') state = { ...state, name: 'terminated' };
    },
  };
}
