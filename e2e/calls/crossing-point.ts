import { setTimeout as delay } from 'node:timers/promises';

/** Timers are no finer than this. */
const FINEST_MS = 1;
const FIRST_STEP_MS = 4;
const LONGEST_STEP_MS = 200;

/** On which side of the crossing a turn fell: what was done by us came first, or what they did. */
export type Side = 'ours' | 'theirs';

export type Hunt<T> = {
  /** At least so many turns are run, also when both sides were seen before. */
  readonly turns: number;
  /** No more than this; then whatever was seen is returned. */
  readonly limit: number;
  /** Does one turn, with theirs `offsetMs` behind ours (before it, if negative), and says what became of it. */
  readonly turn: (offsetMs: number) => Promise<T>;
  /** On which side the outcome lies, and whether it counts: `far` is one in which the two did not meet. */
  readonly side: (outcome: T) => { readonly side: Side; readonly far?: boolean };
};

/**
 * Runs two acts against each other again and again, and moves them against each other until they cross: an offset too
 * late is followed by an earlier one and the other way about, by steps that grow while the same side goes on winning
 * and shrink when the winner changes. So most turns fall close to the crossing, however fast the machine is.
 * Returns the sides that were seen, far ones left out.
 */
export async function huntCrossing<T>({ turns, limit, turn, side }: Hunt<T>): Promise<readonly Side[]> {
  const seen: Side[] = [];
  let offset = 0;
  let step = FIRST_STEP_MS;
  let last: Side | null = null;
  for (let run = 0; run < limit && (run < turns || new Set(seen).size < 2); run += 1) {
    const { side: winner, far = false } = side(await turn(offset));
    if (!far) seen.push(winner);
    step =
      last === null || winner === last
        ? Math.min(step * 1.5, LONGEST_STEP_MS)
        : Math.max(step / 2, FINEST_MS);
    last = winner;
    offset += winner === 'ours' ? -step : step;
  }
  return seen;
}

/** Begins ours, and theirs `offsetMs` later or earlier; resolves with what ours comes to when both have settled. */
export async function atOffset<T>(
  offsetMs: number,
  ours: () => Promise<T>,
  theirs: () => Promise<unknown>,
): Promise<T> {
  const [outcome] = await Promise.all([
    offsetMs < 0 ? delay(-offsetMs).then(ours) : ours(),
    offsetMs > 0 ? delay(offsetMs).then(theirs) : theirs(),
  ]);
  return outcome;
}
