import type { Clock } from './model/clock.ts';
import type { ExchangeCommand, ExchangeOutcome } from './model/exchange-command.ts';
import type { ExchangeEvent } from './model/exchange-event.ts';
import type { ExchangeLink } from './model/exchange-link.ts';
import type { Log } from './model/log.ts';

/** A link's own limits are shorter; this one only catches a link that breaks its promise to settle. */
const EXECUTE_LIMIT_MS = 150_000;
const RESYNC_LIMIT_MS = 10_000;
const STOP_LIMIT_MS = 5_000;
/** Between two resyncs, so that an exchange in trouble is not asked without end; doubled while no truth comes. */
const RESYNC_GAP_MS = 2_000;
const RESYNC_GAP_MAX_MS = 60_000;
/** A link that comes up usually tells the truth by itself; only one that does not is asked. */
const RESYNC_GRACE_MS = 500;

export type Supervision = { readonly clock: Clock; readonly log: Log };

/**
 * The same link, kept to its promises: commands always settle, after an outage the exchange is asked for the truth
 * until it has told it, requests for it are limited in rate, nothing is delivered after stop.
 */
export function superviseLink(link: ExchangeLink, supervision: Supervision): ExchangeLink {
  return new SupervisedLink(link, supervision);
}

class SupervisedLink implements ExchangeLink {
  readonly #link: ExchangeLink;
  readonly #clock: Clock;
  readonly #log: Log;
  #listener: (event: ExchangeEvent) => void = () => undefined;
  #up = false;
  #lostTruth = false;
  #stopping = false;
  #stopped = false;
  #droppedAfterStop = 0;
  #resyncing: Promise<void> | null = null;
  #asked = false;
  #resyncAgain = false;
  #lastResyncAt = Number.NEGATIVE_INFINITY;
  #gapMs = RESYNC_GAP_MS;
  #cancelWait: (() => void) | null = null;
  #cancelGrace: (() => void) | null = null;

  constructor(link: ExchangeLink, { clock, log }: Supervision) {
    this.#link = link;
    this.#clock = clock;
    this.#log = log;
  }

  get capabilities() {
    return this.#link.capabilities;
  }

  start(listener: (event: ExchangeEvent) => void): void {
    this.#listener = listener;
    this.#link.start((event) => this.#receive(event));
  }

  async execute(command: ExchangeCommand): Promise<ExchangeOutcome> {
    if (this.#stopping) return { outcome: 'refused', reason: { key: 'stopped' } };
    const late: ExchangeOutcome = { outcome: 'refused', reason: { key: 'timeout' } };
    try {
      return await this.#within(EXECUTE_LIMIT_MS, this.#link.execute(command), () => {
        this.#log('error', 'the link did not settle a command', { command: command.type });
        return late;
      });
    } catch (error) {
      this.#log('error', 'the link threw at a command', { command: command.type, error: String(error) });
      return { outcome: 'refused', reason: { key: 'exchange-error' } };
    }
  }

  /** Requests that come while one is under way, or too soon after it, become one. */
  resync(): Promise<void> {
    if (this.#stopping) return Promise.resolve();
    if (this.#resyncing !== null) {
      // One that still waits for its turn will tell this truth too; one that was asked may miss it.
      if (this.#asked) this.#resyncAgain = true;
      return this.#resyncing;
    }
    this.#resyncing = this.#resyncInTime().finally(() => {
      this.#resyncing = null;
      this.#asked = false;
      if (!this.#resyncAgain) return;
      this.#resyncAgain = false;
      void this.resync();
    });
    return this.#resyncing;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancelWait?.();
    this.#cancelGrace?.();
    try {
      await this.#within(STOP_LIMIT_MS, this.#link.stop(), () => {
        this.#log('error', 'the link did not stop in time');
      });
    } catch (error) {
      this.#log('error', 'the link threw at its stop', { error: String(error) });
    }
    this.#stopped = true;
  }

  #receive(event: ExchangeEvent): void {
    if (this.#stopped) {
      this.#droppedAfterStop += 1;
      this.#log('warn', 'an event after stop was dropped', {
        event: event.type,
        dropped: this.#droppedAfterStop,
      });
      return;
    }
    if (event.type === 'snapshot') {
      this.#lostTruth = false;
      this.#gapMs = RESYNC_GAP_MS;
    }
    if (event.type === 'link') {
      this.#up = event.state === 'up';
      if (event.state !== 'up') this.#lostTruth = true;
    }
    this.#listener(event);
    if (event.type === 'link' && this.#up && this.#lostTruth) this.#askSoon();
  }

  #askSoon(): void {
    this.#cancelGrace?.();
    this.#cancelGrace = this.#clock.after(RESYNC_GRACE_MS, () => {
      if (this.#up && this.#lostTruth) void this.resync();
    });
  }

  async #resyncInTime(): Promise<void> {
    const wait = this.#lastResyncAt + this.#gapMs - this.#clock.now();
    if (wait > 0) await this.#wait(wait);
    if (this.#stopping) return;
    this.#asked = true;
    this.#lastResyncAt = this.#clock.now();
    try {
      await this.#within(RESYNC_LIMIT_MS, this.#link.resync(), () => {
        this.#log('warn', 'the link did not end a resync in time');
      });
    } catch (error) {
      this.#log('error', 'the link threw at a resync', { error: String(error) });
    }
    if (!this.#lostTruth || !this.#up) return;
    // Calls on the board stay marked as doubtful until the exchange has told the truth.
    this.#gapMs = Math.min(this.#gapMs * 2, RESYNC_GAP_MAX_MS);
    this.#resyncAgain = true;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, resolve);
      this.#cancelWait = () => {
        cancel();
        resolve();
      };
    });
  }

  #within<T>(ms: number, work: Promise<T>, late: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(ms, () => resolve(late()));
      work.then(resolve, reject).finally(cancel);
    });
  }
}
