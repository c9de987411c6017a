import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { createLossyNetwork, type LossyNetwork, type Weather } from './lossy-network.ts';
import { createRandom } from './random.ts';
import { createScriptedProgram, type ScriptedProgram } from './scripted-program.ts';

export type TwoPrograms = {
  readonly clock: FakeClock;
  readonly network: LossyNetwork;
  readonly random: () => number;
  readonly alice: ScriptedProgram;
  readonly bob: ScriptedProgram;
  /** What is left over: all zero when everything has come to its end. */
  leftovers(): Record<string, number>;
};

export const ALICE = '10.0.0.1';
export const BOB = '10.0.0.2';

/** Two agents with their programs on a seeded network. */
export function createTwoPrograms(seed: number, weather: Weather): TwoPrograms {
  const clock = createFakeClock();
  const random = createRandom(seed);
  const network = createLossyNetwork(clock, random, weather);
  const alice = createScriptedProgram(clock, network, ALICE);
  const bob = createScriptedProgram(clock, network, BOB);
  return {
    clock,
    network,
    random,
    alice,
    bob,
    leftovers() {
      const of = ({ ua }: ScriptedProgram) =>
        ua.clientTransactions.size() +
        ua.serverTransactions.size() +
        ua.incoming.size +
        ua.invitations.size +
        ua.forming.size;
      return {
        alice: of(alice),
        bob: of(bob),
        aliceDialogs: alice.ua.dialogs.size(),
        bobDialogs: bob.ua.dialogs.size(),
        timers: clock.pending(),
      };
    },
  };
}

export const NOTHING_LEFT = { alice: 0, bob: 0, aliceDialogs: 0, bobDialogs: 0, timers: 0 };
