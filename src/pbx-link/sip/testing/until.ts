const PATIENCE_MS = 3000;

/** Looks again until `look` gives something that is not undefined, null or false; fails with `what` after 3 s. */
export async function until<T>(look: () => T | undefined | null | false, what: () => string): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const seen = look();
    if (seen !== undefined && seen !== null && seen !== false) return seen;
    if (performance.now() > end) throw new Error(`waited in vain for ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Long enough for what must not come to come, over loopback. */
export function aWhile(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100));
}
