import type { Reason } from '../model/reason.ts';
import type { ExchangeProfile } from '../profiles/exchange-profile.ts';
import { featureCode } from '../profiles/feature-code.ts';
import { causeOfResponse } from './cause.ts';
import type { Exchange } from './exchange.ts';
import { Leg, type LegContext, newSession, type OfferResult } from './leg.ts';
import type { OutgoingInvite } from './outgoing-invite.ts';
import { G711, type Media, writeSdp } from './sdp.ts';

/** What the phone gets while no call is in hand: no packets, or the exchange's silent music class. */
export type Standby = 'recvonly' | 'inactive';

export type HeadsetState = 'unbound' | 'binding' | 'bound' | 'lost';

/** A phone that is not lifted by then is not bound. */
const LIFT_TIMEOUT_MS = 30_000;

/**
 * The operator's physical phone, bound by a standing call (RFC 3725: the console is the controller). The phone is
 * called once; from then on its media is moved from call to call by re-INVITE and it never rings again.
 */
export class HeadsetPhone {
  readonly number: string;
  readonly standbyMode: Standby;
  readonly #exchange: Exchange;
  readonly #profile: ExchangeProfile;
  readonly #context: LegContext;
  readonly #report: (state: HeadsetState, reason?: Reason) => void;
  readonly #onLost: (how: 'hung-up' | 'forgotten') => void;
  readonly #onMoved: () => void;
  #state: HeadsetState = 'unbound';
  #leg: Leg | null = null;
  #invite: OutgoingInvite | null = null;
  #binds = 0;

  constructor(options: {
    readonly number: string;
    readonly standby: Standby;
    readonly exchange: Exchange;
    readonly profile: ExchangeProfile;
    readonly context: LegContext;
    readonly report: (state: HeadsetState, reason?: Reason) => void;
    /** The phone hung up or its leg was lost: whoever was in hand now talks to nobody. */
    readonly onLost: (how: 'hung-up' | 'forgotten') => void;
    /** The phone's media may not be what they should: every leg is to be given again what belongs to it. */
    readonly onMoved: () => void;
  }) {
    this.number = options.number;
    this.standbyMode = options.standby;
    this.#exchange = options.exchange;
    this.#profile = options.profile;
    this.#context = options.context;
    this.#report = options.report;
    this.#onLost = options.onLost;
    this.#onMoved = options.onMoved;
  }

  get state(): HeadsetState {
    return this.#state;
  }

  /** The standing call, while the phone is bound. */
  get leg(): Leg | null {
    return this.#state === 'bound' ? this.#leg : null;
  }

  /** Calls the phone and waits until it is off hook; null when bound, else why not. */
  async bind(): Promise<Reason | null> {
    const released = this.unbind();
    const bind = this.#binds;
    await released;
    // Asked again meanwhile: the phone is called once, by whoever asked last.
    if (bind !== this.#binds) return { key: 'already-pending' };
    const template = this.#profile.services.headsetCall.template;
    const code = template === null ? this.number : featureCode(template, { ext: this.number });
    if (code === null) return this.#fail({ key: 'bad-number', detail: this.number });
    this.#set('binding');
    const { sink } = this.#context;
    const session = newSession(sink.host());
    const media: Media = { ...G711, address: sink.host(), port: 9 };
    const sdp = writeSdp(session, media, this.standbyMode);
    const host = this.#exchange.address.host;
    let leg: Leg | null = null;
    const invite = this.#exchange.invite(
      code,
      sdp,
      // Hands-free by itself: phones of different makers listen to one or the other.
      { 'Call-Info': `<sip:${host}>;answer-after=0`, 'Alert-Info': `<http://${host}>;info=alert-autoanswer` },
      () => undefined,
      (dialog) => {
        const events = {
          ended: () => this.#legEnded(leg),
          mediaMoved: this.#onMoved,
          settledLate: this.#onMoved,
        };
        leg = new Leg(dialog, this.#context, events, { session, sdp });
      },
    );
    this.#invite = invite;
    const stop = this.#context.clock.after(LIFT_TIMEOUT_MS, () => invite.cancel());
    const end = await invite.ended;
    stop();
    const answered = leg as Leg | null;
    if (this.#invite !== invite) {
      // Unbound or bound anew meanwhile: this call is not the one that counts.
      await answered?.bye();
      return { key: 'stopped' };
    }
    this.#invite = null;
    if (end.kind === 'failed') {
      // 487: our own CANCEL, because nobody lifted the phone.
      if (end.status === 487) return this.#fail({ key: 'no-answer' });
      return this.#fail(causeOfResponse(end.status, end.phrase, end.reason));
    }
    if (!answered?.media || answered.ended) {
      void answered?.bye();
      return this.#fail({ key: 'headset-lost' });
    }
    this.#leg = answered;
    this.#set('bound');
    return null;
  }

  async unbind(): Promise<void> {
    // A bind that still waits for the end of the standing call is called off too.
    this.#binds += 1;
    const leg = this.#leg;
    this.#invite?.cancel();
    this.#invite = null;
    this.#leg = null;
    if (this.#state !== 'unbound') this.#set('unbound');
    await leg?.bye();
  }

  /** Silence between calls. */
  rest(): Promise<OfferResult> {
    const leg = this.leg;
    return leg ? this.#checked(leg, leg.standby(this.standbyMode)) : Promise.resolve(NOT_BOUND);
  }

  join(media: Media): Promise<OfferResult> {
    const leg = this.leg;
    return leg ? this.#checked(leg, leg.join(media)) : Promise.resolve(NOT_BOUND);
  }

  mute(): Promise<OfferResult> {
    const leg = this.leg;
    return leg ? this.#checked(leg, leg.mute()) : Promise.resolve(NOT_BOUND);
  }

  /** The exchange has forgotten the standing call. */
  drop(reason: Reason): void {
    const leg = this.#leg;
    if (!leg) return;
    leg.drop();
    this.#leg = null;
    if (this.#state === 'bound') {
      this.#set('lost', reason);
      this.#onLost('forgotten');
    }
  }

  async #checked(leg: Leg, offer: Promise<OfferResult>): Promise<OfferResult> {
    const result = await offer;
    if (!result.ok && result.gone && this.#leg === leg)
      this.drop({ key: 'headset-lost', detail: result.why });
    return result;
  }

  #legEnded(leg: Leg | null): void {
    if (leg === null || this.#leg !== leg) return;
    this.#leg = null;
    if (this.#state !== 'bound') return;
    this.#set('lost', { key: 'headset-lost' });
    this.#onLost('hung-up');
  }

  #fail(reason: Reason): Reason {
    this.#leg = null;
    this.#set('lost', reason);
    return reason;
  }

  #set(state: HeadsetState, reason?: Reason): void {
    this.#state = state;
    this.#report(state, reason);
  }
}

const NOT_BOUND: OfferResult = { ok: false, gone: true, status: 480, why: 'the headset phone is not bound' };
