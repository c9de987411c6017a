/** `--name value` and `--name=value` as text; `--name` alone as true. */
export type Flags = Readonly<Record<string, string | true>>;

/** What one bench found. Each figure is the median over the runs. */
export type BenchResult = {
  readonly figures: Readonly<Record<string, number>>;
  /** Beside a figure that is a p99, by its name: the median of the runs' p50, for reading. */
  readonly p50?: Readonly<Record<string, number>>;
  /** How many runs the medians are of; 5 when not said. */
  readonly runs?: number;
  /** What a reader must know of the circumstances. */
  readonly notes?: readonly string[];
};

export type Bench = {
  readonly name: string;
  readonly measures: string;
  readonly run: (flags: Flags) => Promise<BenchResult>;
};

/** Reads the flags of a command line. Throws Error for a word that belongs to no flag. */
export function parseFlags(words: readonly string[]): Flags {
  const flags: Record<string, string | true> = {};
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const match = /^--([a-z][a-z0-9-]*)(?:=(.*))?$/.exec(word);
    if (match?.[1] === undefined) throw new Error(`${word} is no flag`);
    const next = words[index + 1];
    if (match[2] !== undefined) flags[match[1]] = match[2];
    else if (next === undefined || next.startsWith('--')) flags[match[1]] = true;
    else {
      flags[match[1]] = next;
      index += 1;
    }
  }
  return flags;
}

/** The whole number that a flag gives, or `otherwise` without it. Throws Error naming the flag. */
export function countFlag(flags: Flags, name: string, otherwise: number, least: number): number {
  const value = flags[name];
  if (value === undefined) return otherwise;
  const count = Number(value);
  if (value === true || value === '' || !Number.isSafeInteger(count) || count < least)
    throw new Error(`--${name} wants a whole number of at least ${least}`);
  return count;
}

/** Refuses a result that would be printed as a figure without being one. Throws Error naming the figure. */
export function checkResult(name: string, result: BenchResult): BenchResult {
  const entries = Object.entries(result.figures);
  if (entries.length === 0) throw new Error(`bench ${name} gave no figure`);
  for (const [figure, value] of [...entries, ...Object.entries(result.p50 ?? {})]) {
    if (!Number.isFinite(value))
      throw new Error(`bench ${name}: ${figure} is not a number: ${String(value)}`);
  }
  return result;
}
