import { type Machine, runMachine, type TimerInput } from '../transaction/machine.ts';
import { createFakeClock } from './fake-clock.ts';

/** Runs a transaction machine on a fake clock and writes down what it does as `<ms since start> <effect>`. */
export function recordMachine<State extends { readonly name: string }, Input>(
  machine: Machine<State, Input | TimerInput>,
  initial: State,
  reliable: boolean,
) {
  const clock = createFakeClock();
  const record: string[] = [];
  const running = runMachine(machine, initial, {
    reliable,
    clock,
    perform: (effect) => record.push(`${clock.now()} ${effect}`),
    terminated: () => record.push(`${clock.now()} terminated`),
  });
  return {
    clock,
    put: (input: Input) => running.put(input),
    state: () => running.state().name,
    /** What happened since the last call. */
    taken: () => record.splice(0),
  };
}
