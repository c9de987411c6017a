/**
 * Runs work in the order in which it was given, for each key by itself: a request whose peer's name is still being
 * looked up must not be overtaken by the next of its dialog, nor hold up other dialogs. Work without a key is not
 * ordered. `work` must not throw and its promise must not reject.
 */
export function createOrderedWork(): (key: string, work: () => void | Promise<void>) => void {
  const last = new Map<string, Promise<void>>();
  return (key, work) => {
    const before = key === '' ? undefined : last.get(key);
    const running = before === undefined ? work() : before.then(work);
    if (key === '' || !(running instanceof Promise)) return;
    last.set(key, running);
    void running.then(() => {
      if (last.get(key) === running) last.delete(key);
    });
  };
}
