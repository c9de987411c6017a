/**
 * Counts by reason and says when to tell: at the first and then at every power of two, so that a flood is seen in the
 * log with its size and does not become a flood of the log.
 */
export function createTally(tell: (reason: string, count: number) => void): (reason: string) => void {
  const counts = new Map<string, number>();
  return (reason) => {
    const count = (counts.get(reason) ?? 0) + 1;
    counts.set(reason, count);
    if ((count & (count - 1)) === 0) tell(reason, count);
  };
}
