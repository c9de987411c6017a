/** The middle value; the mean of the two middle ones when the count is even. Throws RangeError without values. */
export function median(values: readonly number[]): number {
  const sorted = inOrder(values);
  const upper = sorted.length >> 1;
  const high = at(sorted, upper);
  return sorted.length % 2 === 1 ? high : (at(sorted, upper - 1) + high) / 2;
}

/**
 * The smallest value that at least `p` per cent of the values do not exceed (nearest rank, so always a value that
 * was measured, never an interpolated one). `p` is 0 to 100; 0 is the smallest value. Throws RangeError for another
 * `p` and without values.
 */
export function percentile(values: readonly number[], p: number): number {
  if (!(p >= 0 && p <= 100)) throw new RangeError(`percentile ${p} is not between 0 and 100`);
  const sorted = inOrder(values);
  return at(sorted, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1));
}

function inOrder(values: readonly number[]): readonly number[] {
  if (values.length === 0) throw new RangeError('no values');
  if (values.some((value) => Number.isNaN(value))) throw new RangeError('a value is not a number');
  return values.toSorted((a, b) => a - b);
}

function at(values: readonly number[], index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError(`no value at ${index}`);
  return value;
}
