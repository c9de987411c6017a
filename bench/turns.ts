/**
 * Orders in which peers are measured, each a list of 0 to `peers` - 1. Over a whole cycle each peer comes as often
 * after each other one and at each place, so that what one leaves behind (garbage, cold caches, a busy moment of the
 * machine) burdens all alike. `rounds` should be a multiple of the factorial of `peers`.
 */
export function turns(peers: number, rounds: number): readonly (readonly number[])[] {
  const orders = permutations(Array.from({ length: peers }, (_, index) => index));
  return Array.from({ length: rounds }, (_, round) => orders[round % orders.length] ?? []);
}

function permutations(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((first) =>
    permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]),
  );
}
