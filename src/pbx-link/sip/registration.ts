import type { Clock } from '../model/clock.ts';
import type { Reason } from '../model/reason.ts';
import { causeOfResponse } from './cause.ts';
import type { Exchange } from './exchange.ts';

export type RegistrationState =
  | { readonly state: 'registering' | 'registered' | 'unregistered' }
  | { readonly state: 'refused'; readonly reason: Reason };

const REGISTER_TIMEOUT_MS = 4000;
/** Waits between tries that failed; the last one goes on for ever. */
const RETRY_MS = [1000, 2000, 4000, 8000, 15_000, 30_000];

/** Keeps the operator line registered (RFC 3261 10.2): refreshes in time, tries again when refused. */
export class Registration {
  readonly #exchange: Exchange;
  readonly #clock: Clock;
  readonly #expires: number;
  readonly #report: (state: RegistrationState) => void;
  readonly #ownHost: () => string;
  readonly #callId: string;
  #cseq = 0;
  #failures = 0;
  #stopTimer: () => void = () => undefined;
  #running: Promise<boolean> | null = null;
  #stopped = false;
  #accepted = false;
  #paused = false;

  constructor(options: {
    readonly exchange: Exchange;
    readonly clock: Clock;
    /** Seconds asked for; the exchange may grant less. */
    readonly expires: number;
    readonly callId: string;
    /** The address under which our own binding is known, among those of other positions. */
    readonly ownHost: () => string;
    readonly report: (state: RegistrationState) => void;
  }) {
    this.#exchange = options.exchange;
    this.#clock = options.clock;
    this.#expires = options.expires;
    this.#callId = options.callId;
    this.#report = options.report;
    this.#ownHost = options.ownHost;
  }

  /** Registers now; true when the exchange has accepted. Called again while under way it waits for that one. */
  register(): Promise<boolean> {
    this.#paused = false;
    this.#running ??= this.#register().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Frees the line, if it may have been registered; nothing is refreshed or tried any more. */
  async unregister(): Promise<void> {
    this.#stopped = true;
    this.#stopTimer();
    await this.#running?.catch(() => false);
    if (this.#accepted) await this.#send(0);
    this.#report({ state: 'unregistered' });
  }

  /** No further refresh or try until `register` is asked again, for example while the exchange is away. */
  pause(): void {
    this.#paused = true;
    this.#stopTimer();
  }

  async #register(): Promise<boolean> {
    if (this.#stopped) return false;
    this.#stopTimer();
    this.#report({ state: 'registering' });
    let asked = this.#expires;
    let answer = await this.#send(asked);
    if (answer.kind === 'final' && answer.res.status === 423) {
      // Interval too brief (RFC 3261 10.2.8): the exchange says what it wants at least.
      asked = Math.min(Number(answer.res.get('Min-Expires')) || asked * 2, 86_400);
      answer = await this.#send(asked);
    }
    if (answer.kind === 'final' && answer.res.status === 200) this.#accepted = true;
    if (this.#stopped) return false;
    if (answer.kind === 'final' && answer.res.status === 200) {
      this.#failures = 0;
      this.#report({ state: 'registered' });
      this.#again(refreshAfterMs(grantedSeconds(answer.res, asked, this.#ownHost())));
      return true;
    }
    const reason: Reason =
      answer.kind === 'none' || answer.res.source_address === ''
        ? { key: 'exchange-silent' }
        : refusal(answer.res.status, answer.res.reason);
    this.#report({ state: 'refused', reason });
    this.#again(RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)] as number);
    this.#failures += 1;
    return false;
  }

  #again(ms: number): void {
    if (this.#stopped || this.#paused) return;
    this.#stopTimer = this.#clock.after(ms, () => {
      this.register().catch(() => false);
    });
  }

  #send(expires: number) {
    // One Call-ID and a rising CSeq for all registrations of this start (RFC 3261 10.2); each try may need a second
    // request for the digest, so the next one begins three higher.
    this.#cseq += 3;
    return this.#exchange.ask(
      'REGISTER',
      this.#exchange.uri(),
      {
        'Call-ID': this.#callId,
        Contact: `${this.#exchange.contact()};expires=${expires}`,
        Expires: String(expires),
      },
      REGISTER_TIMEOUT_MS,
      { firstCSeq: this.#cseq },
    );
  }
}

function refusal(status: number, phrase: string): Reason {
  const cause = causeOfResponse(status, phrase, undefined);
  return status === 404 ? { ...cause, key: 'unknown-line' } : cause;
}

/**
 * What was granted to us: the 200 lists every binding of the line, also those of other positions (RFC 3261 10.3). The
 * shortest of our own address counts; where none is ours, the shortest of all.
 */
function grantedSeconds(
  res: { get(name: string): string | undefined },
  asked: number,
  ownHost: string,
): number {
  const bindings = (res.get('Contact') ?? '').slice(0, 8192).split(',');
  const times = (some: readonly string[]) =>
    some.flatMap((binding) => /;\s{0,4}expires=(\d{1,6})/i.exec(binding)?.[1] ?? []).map(Number);
  const own = times(bindings.filter((binding) => binding.includes(`@${ownHost}`)));
  const all = own.length > 0 ? own : times(bindings);
  const granted = all.length > 0 ? Math.min(...all) : Number(res.get('Expires') ?? asked);
  return granted > 0 ? granted : asked;
}

/** Well before the end, so that two lost tries still leave time: half of it, and never later than 10 s before. */
export function refreshAfterMs(granted: number): number {
  return Math.max(1000, Math.min(granted * 500, (granted - 10) * 1000));
}
