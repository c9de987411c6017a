import type { Clock } from '../model/clock.ts';
import type { Reason } from '../model/reason.ts';
import type { Exchange } from './exchange.ts';

/**
 * Notices what the exchange does not say: an exchange that dies sends nothing on its calls (tried on Asterisk), so
 * OPTIONS is sent every 2 s and any answer that the exchange itself made counts as life. With the limit of 1.5 s a
 * death is known within 4 s.
 */
export const PING_MS = 2000;
const PING_TIMEOUT_MS = 1500;
/** A timer that comes this much too late means that the PC slept. */
const SLEEP_MS = 6000;

export type WatchEvents = {
  /** The exchange does not answer. */
  down(reason: Reason): void;
  /** It answers again, or something happened after which nothing is sure (sleep, a new own address). */
  doubt(reason: Reason | null): void;
};

export class ExchangeWatch {
  readonly #exchange: Exchange;
  readonly #clock: Clock;
  readonly #localAddress: () => Promise<string | null>;
  readonly #events: WatchEvents;
  readonly #probe: () => Promise<'alive' | 'gone' | 'unknown'>;
  #stopTimer: () => void = () => undefined;
  #stopped = false;
  #up: boolean | null = null;
  #address: string | null = null;
  #moved = false;
  #ticks = 0;
  #lastTick: number;

  constructor(options: {
    readonly exchange: Exchange;
    readonly clock: Clock;
    readonly localAddress: () => Promise<string | null>;
    /** Asks for a call that is up; `alive` when there is none. */
    readonly probe: () => Promise<'alive' | 'gone' | 'unknown'>;
    readonly events: WatchEvents;
  }) {
    this.#exchange = options.exchange;
    this.#clock = options.clock;
    this.#localAddress = options.localAddress;
    this.#events = options.events;
    this.#probe = options.probe;
    this.#lastTick = options.clock.now();
  }

  /** The PC's address towards the exchange, as last seen. */
  get address(): string {
    return this.#address ?? '127.0.0.1';
  }

  async start(): Promise<void> {
    this.#address = await this.#localAddress();
    this.#lastTick = this.#clock.now();
    await this.#tick();
  }

  /** Nothing is sure any more: the next answer is a doubt. */
  forget(): void {
    this.#up = null;
  }

  stop(): void {
    this.#stopped = true;
    this.#stopTimer();
  }

  async #tick(): Promise<void> {
    if (this.#stopped) return;
    try {
      await this.#look();
    } finally {
      this.#lastTick = this.#clock.now();
      if (!this.#stopped) {
        this.#stopTimer = this.#clock.after(PING_MS, () => {
          void this.#tick();
        });
      }
    }
  }

  async #look(): Promise<void> {
    const late = this.#clock.now() - this.#lastTick;
    const slept = late > PING_MS + SLEEP_MS || late < -PING_MS;
    const address = await this.#localAddress();
    // Kept until it could be reported: the exchange is often out of reach in the moment of a move.
    if (address !== null && this.#address !== null && address !== this.#address) this.#moved = true;
    if (address !== null) this.#address = address;
    const wrong = await this.#alive();
    if (this.#stopped) return;
    if (wrong !== null) {
      if (this.#up !== false) this.#events.down(wrong);
      this.#up = false;
      return;
    }
    const doubtful = this.#up !== true || slept || this.#moved || (await this.#forgotten());
    if (!doubtful || this.#stopped) return;
    this.#up = true;
    const reason = this.#moved ? 'address-changed' : slept ? 'resumed-from-sleep' : null;
    this.#moved = false;
    this.#events.doubt(reason === null ? null : { key: reason });
  }

  /** An exchange that was restarted between two pings answers as ever, and knows no call any more. */
  async #forgotten(): Promise<boolean> {
    this.#ticks += 1;
    return this.#ticks % 2 === 0 && (await this.#probe()) === 'gone';
  }

  /** Null when the exchange answers, else what is wrong. */
  async #alive(): Promise<Reason | null> {
    const first = await this.#ping();
    // A port that nobody listens on is told at once; one lost ICMP or a restart in this very moment is not the end.
    return first?.key === 'exchange-unreachable' ? this.#ping() : first;
  }

  async #ping(): Promise<Reason | null> {
    const answer = await this.#exchange.ask('OPTIONS', this.#exchange.uri(), {}, PING_TIMEOUT_MS, {
      challenge: false,
    });
    if (answer.kind === 'none') return { key: 'exchange-silent' };
    if (answer.res.source_address !== '') return null;
    return answer.res.status === 408 ? { key: 'exchange-silent' } : { key: 'exchange-unreachable' };
  }
}
