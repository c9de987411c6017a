import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../model/clock.ts';
import type { ExchangeCommand, ExchangeOutcome } from '../model/exchange-command.ts';
import type { ExchangeEvent } from '../model/exchange-event.ts';
import type { Capabilities, ExchangeLink } from '../model/exchange-link.ts';
import type { Log } from '../model/log.ts';
import type { Reason } from '../model/reason.ts';
import type { ExchangeProfile } from '../profiles/exchange-profile.ts';
import { Acts } from './acts.ts';
import { capabilitiesOf } from './capabilities.ts';
import { endParty } from './clearing.ts';
import { reassertAll } from './crossing.ts';
import { Exchange, type ExchangeAddress } from './exchange.ts';
import { ExchangeWatch } from './exchange-watch.ts';
import { executeOnCalls } from './execute.ts';
import { forgetAllExtended } from './extended-calls.ts';
import { HeadsetPhone, type Standby } from './headset-phone.ts';
import { DONE, type EventBody, type LinkCore, refused, runLater } from './link-core.ts';
import { localAddressFor } from './local-address.ts';
import { receiveInvite } from './receiving.ts';
import { holdOrphan, recoverCalls, snapshot } from './recovery.ts';
import { Registration } from './registration.ts';
import { SinkSocket } from './sink.ts';
import { createSrf, type SrfStack } from './srf.ts';
import { TrackedClock } from './tracked-clock.ts';

export type SipLinkOptions = {
  /** The SIP stack beside drachtio-srf: the embedded agent or a drachtio-server. */
  readonly agent: { readonly host: string; readonly port: number; readonly secret: string };
  readonly exchange: ExchangeAddress;
  readonly line: {
    readonly number: string;
    readonly authUser?: string;
    readonly password: string;
    /** Seconds for which the registration is asked. */
    readonly expires: number;
  };
  readonly headset: { readonly number: string; readonly standby: Standby };
  readonly profile: ExchangeProfile;
  /** Which numbers are extensions, where the exchange does not say; a regular expression of the site. */
  readonly inside?: (number: string) => boolean;
  readonly log: Log;
  readonly clock?: Clock;
  /** A shortened minute for tests of long waits. */
  readonly minuteMs?: number;
  /** The PC's address towards a host; replaced by tests that change it. */
  readonly localAddress?: (host: string) => Promise<string | null>;
};

const STOP_TIMEOUT_MS = 3000;
/** An exchange that is shut down in order ends its calls this long before it falls silent. */
const GOING_DOWN_MS = 10_000;
/** Waits between tries to bind a phone that the exchange lost; the last one goes on. */
const BIND_AGAIN_MS = [2000, 5000, 10_000, 30_000];

/** The exchange over SIP. */
export function createSipLink(options: SipLinkOptions): ExchangeLink {
  return new SipLink(options);
}

class SipLink implements ExchangeLink {
  readonly capabilities: Capabilities;
  readonly #options: SipLinkOptions;
  readonly #stack: SrfStack;
  readonly #clock: TrackedClock;
  readonly #core: LinkCore;
  readonly #watch: ExchangeWatch;
  readonly #registration: Registration;
  readonly #sink: SinkSocket;
  #listener: (event: ExchangeEvent) => void = () => undefined;
  #link: 'connecting' | 'up' | 'down' | 'stopped' = 'connecting';
  /** How often the link has gone down: a recovery during which that happened says nothing. */
  #downs = 0;
  #agent: 'never' | 'there' | 'gone' = 'never';
  #bindAgain = false;
  #hungUpAt: number | null = null;
  #recovering: Promise<void> = Promise.resolve();

  constructor(options: SipLinkOptions) {
    this.#options = options;
    const { line, profile } = options;
    const clock = new TrackedClock(options.clock ?? systemClock);
    this.#clock = clock;
    this.#stack = createSrf();
    const exchange = new Exchange(this.#stack, {
      address: options.exchange,
      line: line.number,
      credentials: { user: line.authUser ?? line.number, password: line.password },
      clock,
    });
    const localAddress = options.localAddress ?? localAddressFor;
    this.#watch = new ExchangeWatch({
      exchange,
      clock,
      localAddress: () => localAddress(options.exchange.host),
      probe: () => this.#probeOne(),
      events: {
        down: (reason) => {
          if (this.#agent === 'there') this.#down(reason);
        },
        doubt: (reason) => void this.#recoverSoon(reason),
      },
    });
    this.#sink = new SinkSocket(() => this.#watch.address);
    const emit = (event: EventBody) => this.#listener({ ...event, at: clock.now() } as ExchangeEvent);
    this.#registration = new Registration({
      exchange,
      clock,
      expires: line.expires,
      callId: randomUUID(),
      ownHost: () => this.#watch.address,
      report: (state) => emit({ type: 'line', ...state }),
    });
    const legContext = { exchange, clock, sink: this.#sink };
    const headset = new HeadsetPhone({
      ...options.headset,
      exchange,
      profile,
      context: legContext,
      report: (state, reason) => emit({ type: 'headset', state, ...(reason ? { reason } : {}) }),
      onLost: (how) => {
        if (how === 'hung-up') this.#hungUpAt = clock.now();
        runLater(this.#core, () => holdOrphan(this.#core));
      },
      onMoved: () => runLater(this.#core, () => reassertAll(this.#core)),
    });
    this.#core = {
      stack: this.#stack,
      exchange,
      profile,
      clock,
      log: options.log,
      acts: new Acts(),
      legContext,
      headset,
      inside: options.inside ?? (() => false),
      calls: new Map(),
      inHand: null,
      muted: false,
      leaving: new Set(),
      stopping: false,
      emit,
    };
    this.capabilities = capabilitiesOf(profile);
  }

  start(listener: (event: ExchangeEvent) => void): void {
    this.#listener = listener;
    this.#core.emit({ type: 'link', state: 'connecting' });
    const { minuteMs = 60_000, agent } = this.#options;
    this.#stack.invite((req, res) => {
      if (this.#core.stopping) res.send(480);
      else receiveInvite(this.#core, req, res, minuteMs);
    });
    // The exchange asks whether we live (qualify); message-waiting notices need no more than a receipt.
    this.#stack.options((_req, res) => res.send(200));
    this.#stack.notify((_req, res) => res.send(200));
    this.#stack.message((_req, res) => res.send(405));
    this.#stack.subscribe((_req, res) => res.send(489));
    this.#stack.on('connect', (err) => this.#agentConnected(err));
    this.#stack.on('error', (err) => this.#agentLost(err));
    this.#stack.on('close', () => this.#agentLost('the connection was closed'));
    void this.#sink.open().then(() => {
      if (!this.#core.stopping) this.#stack.connect(agent);
    });
  }

  async execute(command: ExchangeCommand): Promise<ExchangeOutcome> {
    if (this.#core.stopping) return refused('stopped');
    if (this.#link !== 'up') return refused('link-down');
    const missing = this.capabilities[command.type];
    if (missing !== true) return { outcome: 'refused', reason: missing };
    if (command.type === 'bind-headset') return this.#bind();
    if (command.type !== 'unbind-headset') return executeOnCalls(this.#core, command);
    this.#bindAgain = false;
    return this.#core.acts.run(async () => {
      await holdOrphan(this.#core);
      await this.#core.headset.unbind();
      return DONE;
    });
  }

  async resync(): Promise<void> {
    if (this.#link === 'up') await this.#recoverSoon(null);
  }

  async stop(): Promise<void> {
    const core = this.#core;
    if (core.stopping) return;
    core.stopping = true;
    this.#watch.stop();
    const late = new Promise<void>((resolve) => this.#clock.after(STOP_TIMEOUT_MS, resolve));
    await Promise.race([this.#sayGoodbye(), late]);
    this.#sink.close();
    this.#clock.stopAll();
    this.#leaveAgent();
    this.#set('stopped');
  }

  #leaveAgent(): void {
    try {
      this.#stack.disconnect();
    } catch {
      // srf has no connection to end. One that it is just making is ended when it comes.
    }
  }

  async #sayGoodbye(): Promise<void> {
    const core = this.#core;
    forgetAllExtended(core);
    await Promise.all([
      ...[...core.calls.values()].map((call) => endParty(core, call)),
      ...[...core.leaving].map((leg) => leg.bye()),
      core.headset.unbind(),
    ]);
    await this.#registration.unregister();
    // An act that was under way may have brought a leg meanwhile, which was ended where it came.
    await core.acts.settled();
  }

  /** Binds again too: the call in hand is held by itself meanwhile and comes back (row B1, reset). */
  async #bind(): Promise<ExchangeOutcome> {
    const core = this.#core;
    await core.acts.run(() => holdOrphan(core));
    if (core.stopping) return refused('stopped');
    // Not inside an act: the operator may take half a minute to lift the phone, and calls can be rejected meanwhile.
    const reason = await core.headset.bind();
    if (reason) return { outcome: 'refused', reason };
    this.#bindAgain = true;
    this.#hungUpAt = null;
    return DONE;
  }

  /** A phone that was lost with the exchange is bound again, as soon as the exchange knows it again. */
  async #bindLost(attempt = 0): Promise<void> {
    const { headset, log, stopping } = this.#core;
    const wanted = this.#bindAgain && this.#hungUpAt === null && this.#link === 'up' && !stopping;
    if (!wanted || headset.state === 'bound' || headset.state === 'binding') return;
    const outcome = await this.#bind();
    if (outcome.outcome === 'done') return;
    log('warn', 'the headset phone was not bound again', { attempt, reason: outcome.reason });
    const wait = BIND_AGAIN_MS[Math.min(attempt, BIND_AGAIN_MS.length - 1)] as number;
    this.#clock.after(wait, () => void this.#bindLost(attempt + 1));
  }

  /** One call that is up, to ask the exchange for; the standing call of the headset first. */
  async #probeOne(): Promise<'alive' | 'gone' | 'unknown'> {
    const { headset, calls } = this.#core;
    const leg = headset.leg ?? [...calls.values()].find((call) => call.leg?.ended === false)?.leg;
    return leg ? leg.probe(STOP_TIMEOUT_MS) : 'alive';
  }

  #agentConnected(err: Error | null): void {
    if (this.#core.stopping) {
      this.#leaveAgent();
      return;
    }
    if (err) {
      this.#down({ key: 'agent-unreachable', detail: err.message });
      return;
    }
    const again = this.#agent !== 'never';
    this.#agent = 'there';
    // Whether the exchange is there too the watch finds out.
    if (again) this.#watch.forget();
    else void this.#watch.start();
  }

  #agentLost(detail: unknown): void {
    if (this.#core.stopping) return;
    if (this.#agent === 'there') this.#agent = 'gone';
    this.#core.exchange.abandonInvites();
    this.#down({
      key: 'agent-unreachable',
      detail: detail instanceof Error ? detail.message : String(detail),
    });
  }

  #down(reason: Reason): void {
    if (this.#core.stopping) return;
    this.#downs += 1;
    this.#registration.pause();
    // A phone that was hung up stays so, unless it was the exchange that ended its calls before it went away.
    const now = this.#clock.now();
    if (this.#hungUpAt !== null && now - this.#hungUpAt > GOING_DOWN_MS) this.#bindAgain = false;
    this.#hungUpAt = null;
    this.#set('down', reason);
  }

  /** One recovery after another, in the order in which the doubts arose. */
  #recoverSoon(reason: Reason | null): Promise<void> {
    this.#recovering = this.#recovering
      .then(() => this.#recover(reason))
      .catch((err) => this.#core.log('error', 'a recovery failed', { err: String(err) }));
    return this.#recovering;
  }

  async #recover(reason: Reason | null): Promise<void> {
    const core = this.#core;
    if (core.stopping) return;
    const downs = this.#downs;
    if (reason) this.#set('connecting', reason);
    // With nothing to lose the line comes first, so that calls arrive.
    const anything = core.calls.size > 0 || core.headset.leg !== null;
    const [, left] = await Promise.all([
      this.#registration.register(),
      anything ? core.acts.run(() => recoverCalls(core)) : null,
    ]);
    if (left?.headsetLost) core.log('warn', 'the headset phone lost its standing call');
    // Gone down again meanwhile: the next doubt begins anew.
    if (core.stopping || downs !== this.#downs) return;
    this.#set('up');
    snapshot(core);
    void this.#bindLost();
  }

  #set(state: 'connecting' | 'up' | 'down' | 'stopped', reason?: Reason): void {
    if (this.#link === state && state !== 'down') return;
    this.#link = state;
    this.#core.emit({ type: 'link', state, ...(reason ? { reason } : {}) });
  }
}
