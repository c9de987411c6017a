import type { Clock } from '../model/clock.ts';
import { Acts } from './acts.ts';
import type { Answer, Exchange } from './exchange.ts';
import {
  answerDirection,
  commonMedia,
  type Direction,
  type Media,
  parseMedia,
  sameMedia,
  writeSdp,
} from './sdp.ts';
import type { SrfDialog, SrfMessage, SrfRequest, SrfResponse } from './srf.ts';

/** Own address and the port of a socket that discards what it hears, where media goes that nobody is to hear. */
export type Sink = { host(): string; port(): number };

export type LegContext = { readonly exchange: Exchange; readonly clock: Clock; readonly sink: Sink };

export type OfferResult =
  | { readonly ok: true; readonly media: Media }
  /** `gone`: the exchange does not know the dialog any more. */
  | { readonly ok: false; readonly gone: boolean; readonly status: number; readonly why: string };

export type LegEvents = {
  /** Once, however the leg ends from the other side. */
  ended(reason: string | undefined): void;
  /** The exchange told a new identity of the party (connected line, P-Asserted-Identity in a re-INVITE). */
  identity?(message: SrfMessage): void;
  /** The media of the other side moved without our asking. */
  mediaMoved?(media: Media): void;
  /** An offer of ours that had been given up was accepted after all: what the leg does now may not be what it should. */
  settledLate?(): void;
};

/** A re-INVITE that has no answer by then is given up: the operator waits for it. */
const OFFER_TIMEOUT_MS = 4000;
const REQUEST_TIMEOUT_MS = 4000;
/** The agent's word for an offer that would cross one of the exchange's (RFC 3261 14.1). */
const CROSSING = /another INVITE is pending/;
const CROSSING_WAIT_MS = 150;

let sessions = Date.now() % 1_000_000_000;

/** A new `o=` session id: each leg is a session of its own (RFC 4566 5.2). */
export function newSession(host: string): { id: number; version: number; host: string } {
  sessions += 1;
  return { id: sessions, version: 1, host };
}

/**
 * One confirmed dialog with the exchange: a party's call, or the standing call of the headset phone. It knows the
 * media that the exchange told last for it, and offers one description after another, never two at once (RFC 3261
 * 14.1).
 */
export class Leg {
  readonly dialog: SrfDialog;
  readonly #context: LegContext;
  readonly #events: LegEvents;
  readonly #session: { id: number; version: number; host: string };
  readonly #offers = new Acts();
  readonly #notifyListeners = new Set<(req: SrfRequest) => void>();
  readonly #endListeners = new Set<() => void>();
  #remote: Media | null;
  /** What the exchange was told last: whose media, which direction, and the text. */
  #local: { readonly media: Media | null; readonly direction: Direction; readonly sdp: string };
  #ended = false;

  constructor(
    dialog: SrfDialog,
    context: LegContext,
    events: LegEvents,
    local: { readonly session: { id: number; version: number; host: string }; readonly sdp: string },
  ) {
    this.dialog = dialog;
    this.#context = context;
    this.#events = events;
    this.#session = local.session;
    const told = parseMedia(local.sdp);
    this.#local = { media: told, direction: told?.direction ?? 'sendrecv', sdp: local.sdp };
    this.#remote = parseMedia(dialog.remote.sdp ?? '');
    dialog.on('destroy', (req) => this.#end(req.get('Reason')));
    dialog.on('modify', (req, res) => this.#answerOffer(req, res));
    dialog.on('ack', (req) => this.#learn(req.body));
    dialog.on('update', (req, res) => this.#answerOffer(req, res));
    dialog.on('info', (_req, res) => res.send(200));
    // The desk is nobody's transferee: a REFER from the exchange is declined, not swallowed (RFC 3515 2.4.2).
    dialog.on('refer', (_req, res) => res.send(603));
    dialog.on('notify', (req, res) => {
      res.send(200);
      for (const listener of [...this.#notifyListeners]) listener(req);
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Where the exchange takes this leg's media; null only while an offerless call waits for its ACK. */
  get media(): Media | null {
    return this.#remote;
  }

  /** Joins: the leg is given another leg's media, both ways. */
  join(other: Media): Promise<OfferResult> {
    return this.#offer(other, 'sendrecv');
  }

  /**
   * Hold: the exchange plays its music. `sendonly` and a foreign address, both: with the old address the held leg
   * may go on sending to the headset (verified on Asterisk).
   */
  hold(): Promise<OfferResult> {
    return this.#offer(this.#sinkMedia(), 'sendonly');
  }

  /** The headset's rest between calls. */
  standby(direction: 'recvonly' | 'inactive'): Promise<OfferResult> {
    // Port 9 (discard): nothing is sent there and the exchange plays no music to a leg that only receives.
    return this.#offer({ ...this.#sinkMedia(), port: 9 }, direction);
  }

  /** The party's voice still reaches the phone; what the phone says goes to the sink. */
  mute(): Promise<OfferResult> {
    return this.#offer(this.#sinkMedia(), 'sendrecv');
  }

  async request(method: string, headers: Record<string, string>, body?: string): Promise<Answer> {
    if (this.#ended) return { kind: 'none', why: 'the call has ended' };
    return this.#context.exchange.askInDialog(this.dialog, method, {
      headers: { Contact: this.#context.exchange.contact(), ...headers },
      timeoutMs: REQUEST_TIMEOUT_MS,
      ...(body === undefined ? {} : { body }),
    });
  }

  /** Ends the leg; `ended` is not reported for it. Settles when the exchange has confirmed or its time is up. */
  async bye(reason?: string): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#tellEnd();
    // By our own request and not by srf's destroy, which takes a challenge for the end.
    await this.#context.exchange.askInDialog(this.dialog, 'BYE', {
      ...(reason === undefined ? {} : { headers: { Reason: reason } }),
      timeoutMs: REQUEST_TIMEOUT_MS,
    });
  }

  /** The exchange has forgotten the dialog: nothing is to be sent. */
  drop(): void {
    this.#ended = true;
    this.#tellEnd();
  }

  /** Runs once when the leg ends, from whichever side; the function returned stops that. */
  onEnded(listener: () => void): () => void {
    this.#endListeners.add(listener);
    return () => this.#endListeners.delete(listener);
  }

  onNotify(listener: (req: SrfRequest) => void): () => void {
    this.#notifyListeners.add(listener);
    return () => this.#notifyListeners.delete(listener);
  }

  probe(timeoutMs: number): Promise<'alive' | 'gone' | 'unknown'> {
    return this.#context.exchange.probe(this.dialog.id, timeoutMs);
  }

  #sinkMedia(): Media {
    const { sink } = this.#context;
    return {
      address: sink.host(),
      port: sink.port(),
      formats: this.#remote?.formats ?? '0 8 101',
      attributes: this.#remote?.attributes ?? [],
      direction: 'sendrecv',
      others: [],
    };
  }

  #offer(media: Media, direction: Direction): Promise<OfferResult> {
    return this.#offers.run(async () => {
      const sdp = this.#write(media, direction);
      for (let attempt = 1; ; attempt += 1) {
        const result = await this.#send({ media, direction, sdp });
        const wait = result.ok || attempt === 3 ? null : this.#waitBeforeRetry(result);
        if (wait === null) return result;
        await new Promise<void>((resolve) => this.#context.clock.after(wait, resolve));
      }
    });
  }

  #write(media: Media, direction: Direction, refuse: readonly string[] = []): string {
    this.#session.version += 1;
    this.#session.host = this.#context.sink.host();
    return writeSdp(this.#session, media, direction, refuse);
  }

  /** Milliseconds until an offer that crossed one of the exchange's is made again; null when that was not it. */
  #waitBeforeRetry(result: { readonly status: number; readonly why: string }): number | null {
    if (CROSSING.test(result.why)) return CROSSING_WAIT_MS;
    if (result.status !== 491) return null;
    // RFC 3261 14.1: the owner of the Call-ID waits 2.1 to 4 s, the other 0 to 2 s, in steps of 10 ms.
    const owner = this.dialog.type === 'uac';
    return owner ? 2100 + 10 * Math.floor(Math.random() * 190) : 10 * Math.floor(Math.random() * 200);
  }

  async #send(local: { media: Media; direction: Direction; sdp: string }): Promise<OfferResult> {
    const { exchange } = this.#context;
    if (this.#ended) return { ok: false, gone: true, status: 481, why: 'the call has ended' };
    const answer = await exchange.askInDialog(this.dialog, 'INVITE', {
      headers: { Contact: exchange.contact(), 'Content-Type': 'application/sdp' },
      body: local.sdp,
      timeoutMs: OFFER_TIMEOUT_MS,
      onLate: (res) => this.#late(local, res),
    });
    if (answer.kind === 'none') {
      const gone = this.#ended || !this.dialog.connected;
      return { ok: false, gone, status: 408, why: answer.why };
    }
    const { res } = answer;
    if (res.status === 200) {
      const media = parseMedia(res.body ?? '');
      if (!media) return { ok: false, gone: false, status: 488, why: 'the answer has no usable audio' };
      this.#local = local;
      this.#remote = media;
      return { ok: true, media };
    }
    const gone = res.status === 481 || (res.status === 408 && res.source_address !== '');
    return { ok: false, gone, status: res.status, why: `SIP ${res.status} ${res.reason ?? ''}`.trim() };
  }

  #late(local: { media: Media; direction: Direction; sdp: string }, res: SrfResponse): void {
    const media = res.status === 200 ? parseMedia(res.body ?? '') : null;
    if (this.#ended || !media) return;
    this.#local = local;
    this.#remote = media;
    this.#events.settledLate?.();
  }

  /**
   * A re-INVITE or UPDATE from the exchange: a session refresh, a new identity, a hold, seldom moved media. What cannot
   * be answered by the media that we have is refused, and everything stays as it was (RFC 3261 14.2).
   */
  #answerOffer(req: SrfRequest, res: SrfResponse): void {
    const headers = { Contact: this.#context.exchange.contact(), 'Content-Type': 'application/sdp' };
    if (!req.body) {
      // Without an offer ours is in the answer, and the other side's comes with the ACK; an UPDATE only refreshes.
      if (req.method === 'UPDATE') res.send(200, { headers: { Contact: headers.Contact } });
      else res.send(200, { headers, body: this.#local.sdp });
      this.#events.identity?.(req);
      return;
    }
    const offer = parseMedia(req.body);
    const common = offer && this.#local.media ? commonMedia(this.#local.media, offer) : null;
    if (!offer || !common) {
      res.send(488);
      return;
    }
    const before = this.#remote;
    const direction = answerDirection(offer.direction, this.#local.direction);
    const unchanged =
      direction === this.#local.direction &&
      common.formats === this.#local.media?.formats &&
      offer.others.length === 0;
    const sdp = unchanged ? this.#local.sdp : this.#write(common, direction, offer.others);
    this.#remote = offer;
    res.send(200, { headers, body: sdp });
    this.#events.identity?.(req);
    if (before && !sameMedia(before, offer)) this.#events.mediaMoved?.(offer);
  }

  /** The answer that an ACK brings. */
  #learn(body: string | undefined): void {
    const media = body ? parseMedia(body) : null;
    const before = this.#remote;
    if (!media) return;
    this.#remote = media;
    if (before && !sameMedia(before, media)) this.#events.mediaMoved?.(media);
  }

  #end(reason: string | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#tellEnd();
    this.#events.ended(reason);
  }

  #tellEnd(): void {
    for (const listener of [...this.#endListeners]) listener();
    this.#endListeners.clear();
  }
}
