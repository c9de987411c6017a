/**
 * Runs the operator's acts one after another: each moves the one headset phone, and two at once could join the wrong
 * people. An act never waits for another act.
 */
export class Acts {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(act: () => Promise<T>): Promise<T> {
    const next = this.#last.then(act, act);
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** Settles when everything asked so far is done. */
  settled(): Promise<unknown> {
    return this.#last;
  }
}
