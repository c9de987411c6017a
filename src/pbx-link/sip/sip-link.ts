import { randomUUID } from 'node:crypto';
import { assertNever } from '../model/assert-never.ts';
import { type Clock, systemClock } from '../model/clock.ts';
import type { ExchangeCommand, ExchangeOutcome } from '../model/exchange-command.ts';
import type { ExchangeEvent } from '../model/exchange-event.ts';
import type { Capabilities, ExchangeLink } from '../model/exchange-link.ts';
import type { Log } from '../model/log.ts';
import type { Reason } from '../model/reason.ts';
import type { ExchangeProfile } from '../profiles/exchange-profile.ts';
import { Acts } from './acts.ts';
import { answer } from './answering.ts';
import { makeCall } from './calling.ts';
import { capabilitiesOf } from './capabilities.ts';
import { clear, endParty, reconnect } from './clearing.ts';
import { flash, sendDigits } from './digits.ts';
import { Exchange, type ExchangeAddress } from './exchange.ts';
import { ExchangeWatch } from './exchange-watch.ts';
import { forgetAllExtended, takeBack } from './extended-calls.ts';
import { HeadsetPhone, type Standby } from './headset-phone.ts';
import { hold, mute, retrieve } from './holding.ts';
import type { LegContext } from './leg.ts';
import { DONE, type EventBody, type LinkCore, refused, runLater } from './link-core.ts';
import { localAddressFor } from './local-address.ts';
import { receiveInvite, reject } from './receiving.ts';
import { holdOrphan, recoverCalls, snapshot } from './recovery.ts';
import { Registration } from './registration.ts';
import { checkSeat } from './seat-check.ts';
import { SinkSocket } from './sink.ts';
import { createSrf, type SrfStack } from './srf.ts';
import { join, transfer } from './transferring.ts';

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

/** The exchange over SIP. */
export function createSipLink(options: SipLinkOptions): ExchangeLink {
  return new SipLink(options);
}

class SipLink implements ExchangeLink {
  readonly capabilities: Capabilities;
  readonly #options: SipLinkOptions;
  readonly #stack: SrfStack;
  readonly #core: LinkCore;
  readonly #watch: ExchangeWatch;
  readonly #registration: Registration;
  readonly #sink: SinkSocket;
  #listener: (event: ExchangeEvent) => void = () => undefined;
  #link: 'connecting' | 'up' | 'down' | 'stopped' = 'connecting';
  #connected = false;
  #watching = false;
  #bindAgain = false;
  #hungUpAt: number | null = null;
  #stopped = false;
  #recovering: Promise<void> = Promise.resolve();

  constructor(options: SipLinkOptions) {
    this.#options = options;
    const clock = options.clock ?? systemClock;
    const credentials = {
      user: options.line.authUser ?? options.line.number,
      password: options.line.password,
    };
    this.#stack = createSrf();
    const exchange = new Exchange(this.#stack, {
      address: options.exchange,
      line: options.line.number,
      credentials,
      clock,
    });
    const localAddress = options.localAddress ?? localAddressFor;
    this.#watch = new ExchangeWatch({
      exchange,
      clock,
      localAddress: () => localAddress(options.exchange.host),
      events: {
        down: (reason) => this.#down(reason),
        doubt: (reason) => void this.#recoverSoon(reason),
      },
    });
    this.#sink = new SinkSocket(() => this.#watch.address);
    const emit = (event: EventBody) => this.#listener({ ...event, at: clock.now() } as ExchangeEvent);
    this.#registration = new Registration({
      exchange,
      clock,
      expires: options.line.expires,
      callId: randomUUID(),
      report: (state) => emit({ type: 'line', ...state }),
    });
    const legContext: LegContext = { exchange, clock, sink: this.#sink };
    const headset = new HeadsetPhone({
      number: options.headset.number,
      standby: options.headset.standby,
      exchange,
      profile: options.profile,
      context: legContext,
      report: (state, reason) => emit({ type: 'headset', state, ...(reason ? { reason } : {}) }),
      onLost: (how) => {
        if (how === 'hung-up') this.#hungUpAt = clock.now();
        runLater(this.#core, () => holdOrphan(this.#core));
      },
    });
    this.#core = {
      stack: this.#stack,
      exchange,
      credentials,
      profile: options.profile,
      clock,
      log: options.log,
      acts: new Acts(),
      legContext,
      headset,
      inside: options.inside ?? (() => false),
      calls: new Map(),
      inHand: null,
      muted: false,
      emit,
    };
    this.capabilities = capabilitiesOf(options.profile);
  }

  start(listener: (event: ExchangeEvent) => void): void {
    this.#listener = listener;
    this.#core.emit({ type: 'link', state: 'connecting' });
    const { minuteMs = 60_000, agent } = this.#options;
    this.#stack.invite((req, res) => {
      if (this.#stopped) res.send(480);
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
      if (this.#stopped) return;
      this.#connected = true;
      this.#stack.connect({ host: agent.host, port: agent.port, secret: agent.secret });
    });
  }

  async execute(command: ExchangeCommand): Promise<ExchangeOutcome> {
    if (this.#stopped) return refused('stopped');
    if (this.#link !== 'up') return refused('link-down');
    const missing = this.capabilities[command.type];
    if (missing !== true) return { outcome: 'refused', reason: missing };
    const core = this.#core;
    const act = (fn: () => Promise<ExchangeOutcome>) => core.acts.run(fn);
    switch (command.type) {
      case 'bind-headset':
        return this.#bind();
      case 'unbind-headset':
        return act(async () => {
          this.#bindAgain = false;
          await holdOrphan(core);
          await core.headset.unbind();
          return DONE;
        });
      case 'check-seat':
        core.emit({ type: 'seat-checked', items: await checkSeat(core.exchange, core.profile) });
        return DONE;
      case 'answer':
        return act(() => answer(core, command.call, command.hold));
      case 'reject':
        return reject(core, command.call, command.cause);
      case 'make-call':
        return makeCall(core, command.call, command.number, command.hold);
      case 'hold':
        return act(() => hold(core, command.call, command.by));
      case 'retrieve':
        return act(() => retrieve(core, command.call, command.hold));
      case 'mute':
        return act(() => mute(core, command.on));
      case 'clear':
        return act(() => clear(core, command.call));
      case 'reconnect':
        return act(() => reconnect(core, command.call, command.clear));
      case 'transfer':
        return act(() => transfer(core, command.call, command.number));
      case 'join':
        return act(() => join(core, command.source, command.destination));
      case 'take-back':
        return act(() => takeBack(core, command.call, command.hold));
      // These touch no media: a long row of digits must not keep the next call from being answered.
      case 'send-digits':
        return sendDigits(core, command.call, command.digits);
      case 'flash':
        return flash(core, command.call);
      default:
        return assertNever(command);
    }
  }

  async resync(): Promise<void> {
    if (this.#link !== 'up') return;
    await this.#recoverSoon(null);
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    const core = this.#core;
    this.#watch.stop();
    const work = (async () => {
      forgetAllExtended(core);
      await Promise.all([...core.calls.values()].map((call) => endParty(core, call)));
      await core.headset.unbind();
      if (this.#link === 'up') await this.#registration.unregister();
      else this.#registration.pause();
    })();
    const late = new Promise<void>((resolve) => core.clock.after(STOP_TIMEOUT_MS, resolve));
    await Promise.race([work, late]);
    this.#sink.close();
    // srf knows no disconnect before its first connect.
    if (this.#connected) this.#stack.disconnect();
    this.#set('stopped');
  }

  /** Binds again too: the call in hand is held by itself meanwhile and comes back (row B1, reset). */
  async #bind(): Promise<ExchangeOutcome> {
    const core = this.#core;
    await core.acts.run(() => holdOrphan(core));
    // Not inside an act: the operator may take half a minute to lift the phone, and calls can be rejected meanwhile.
    const reason = await core.headset.bind();
    if (reason) return { outcome: 'refused', reason };
    this.#bindAgain = true;
    this.#hungUpAt = null;
    return DONE;
  }

  #agentConnected(err: Error | null): void {
    if (this.#stopped) return;
    if (err) {
      this.#down({ key: 'agent-unreachable', detail: err.message });
      return;
    }
    if (!this.#watching) {
      this.#watching = true;
      this.#watch
        .start()
        .catch((reason) => this.#core.log('error', 'the watch of the exchange ended', { reason }));
    } else {
      void this.#recoverSoon(null);
    }
  }

  #agentLost(detail: unknown): void {
    if (this.#stopped) return;
    this.#down({
      key: 'agent-unreachable',
      detail: detail instanceof Error ? detail.message : String(detail),
    });
  }

  #down(reason: Reason): void {
    if (this.#stopped) return;
    this.#registration.pause();
    // A phone that was hung up stays so, unless it was the exchange that ended its calls before it went away.
    const now = this.#core.clock.now();
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
    if (this.#stopped) return;
    const core = this.#core;
    if (reason) this.#set('connecting', reason);
    const first = core.calls.size === 0 && !core.headset.leg;
    if (first) {
      // Nothing to lose and nothing to ask for: the line first, so that calls arrive.
      await this.#registration.register();
    } else {
      const [, left] = await Promise.all([
        this.#registration.register(),
        core.acts.run(() => recoverCalls(core, reason)),
      ]);
      if (left.headsetLost) core.log('warn', 'the headset phone lost its standing call');
    }
    if (this.#stopped) return;
    this.#set('up');
    snapshot(core);
    if (this.#bindAgain && this.#hungUpAt === null && !core.headset.leg && core.headset.state !== 'binding') {
      void this.#bind().then((outcome) => {
        if (outcome.outcome === 'refused')
          core.log('warn', 'the headset phone was not bound again', { outcome });
      });
    }
  }

  #set(state: 'connecting' | 'up' | 'down' | 'stopped', reason?: Reason): void {
    if (this.#link === state && state !== 'down') return;
    this.#link = state;
    this.#core.emit({ type: 'link', state, ...(reason ? { reason } : {}) });
  }
}
