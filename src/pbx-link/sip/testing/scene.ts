import type { ExchangeCommand, ExchangeOutcome } from '../../model/exchange-command.ts';
import type { ExchangeEvent } from '../../model/exchange-event.ts';
import type { ExchangeLink } from '../../model/exchange-link.ts';
import { asteriskReference } from '../../profiles/asterisk-reference.ts';
import { type SipAgent, startSipAgent } from '../../sip-agent/sip-agent.ts';
import { createSipLink } from '../sip-link.ts';
import type { ExchangeDialog } from './exchange-dialog.ts';
import { HandTimers } from './hand-timers.ts';
import { ScriptedExchange } from './scripted-exchange.ts';
import { audioOf, describeAudio, EXCHANGE_HOST } from './sdp-text.ts';
import { until } from './until.ts';

export const LINE = '8000';
export const HEADSET = '8001';
export const PASSWORD = 'secret of the line';

export type Caller = { readonly id: string; readonly dialog: ExchangeDialog };

type CallOptions = Omit<Parameters<ScriptedExchange['call']>[1], 'desk'>;

/** The SIP link over drachtio-srf and the embedded agent, with a scripted exchange before it. */
export class Scene {
  readonly exchange: ScriptedExchange;
  readonly link: ExchangeLink;
  readonly timers = new HandTimers();
  readonly events: ExchangeEvent[] = [];
  readonly #agent: SipAgent;

  /** Up, and the line has tried to register; the headset phone is not bound. `prepare` runs before the link begins. */
  static async open(prepare: (exchange: ScriptedExchange) => void = () => undefined): Promise<Scene> {
    const [exchange, agent] = await Promise.all([
      ScriptedExchange.open(),
      startSipAgent({ udp: { host: EXCHANGE_HOST, port: 0 } }),
    ]);
    const scene = new Scene(exchange, agent);
    prepare(exchange);
    scene.link.start((event) => scene.events.push(event));
    await scene.event('link', { state: 'up' });
    return scene;
  }

  /** As `open`, and the headset phone is bound. */
  static async bound(): Promise<Scene> {
    const scene = await Scene.open();
    mustBeDone(await scene.link.execute({ type: 'bind-headset' }));
    return scene;
  }

  private constructor(exchange: ScriptedExchange, agent: SipAgent) {
    this.exchange = exchange;
    this.#agent = agent;
    this.link = createSipLink({
      agent: agent.admin,
      exchange: { host: EXCHANGE_HOST, port: exchange.port, transport: 'udp' },
      line: { number: LINE, password: PASSWORD, expires: 600 },
      headset: { number: HEADSET, standby: 'recvonly' },
      profile: asteriskReference,
      log: () => undefined,
      clock: this.timers,
      localAddress: async () => EXCHANGE_HOST,
    });
  }

  async close(): Promise<void> {
    const stopped = this.link.stop();
    const limit = setInterval(() => this.timers.expire(3000), 300);
    await stopped;
    clearInterval(limit);
    await this.#agent.close();
    await this.exchange.close();
  }

  execute(command: ExchangeCommand): Promise<ExchangeOutcome> {
    return this.link.execute(command);
  }

  /** Waits for an event of this type with these fields, from `since` on. */
  event<T extends ExchangeEvent['type']>(
    type: T,
    fields: object = {},
    since = 0,
  ): Promise<Extract<ExchangeEvent, { type: T }>> {
    const fits = (one: ExchangeEvent): one is Extract<ExchangeEvent, { type: T }> =>
      one.type === type &&
      Object.entries(fields).every(([name, value]) => (one as Record<string, unknown>)[name] === value);
    return until(
      () => this.events.slice(since).find(fits),
      () =>
        `${type} ${JSON.stringify(fields)}; told: ${this.events.map((one) => JSON.stringify(one)).join('\n')}; ` +
        `came: ${this.exchange.lines().join(', ')}`,
    );
  }

  /** What was told of a call, by its events' types. */
  told(call: string): string[] {
    return this.events.flatMap((one) => ('call' in one && one.call === call ? [one.type] : []));
  }

  /** A caller waits. `undefined` as the description is an ordinary one. */
  async waiting(sdp?: string | null, options: CallOptions = {}): Promise<Caller> {
    const since = this.events.length;
    const offer = sdp === undefined ? describeAudio({ port: this.exchange.freePort() }) : sdp;
    const dialog = await this.exchange.call(offer, { desk: this.#agent.udpPort as number, ...options });
    const { call } = await this.event('delivered', {}, since);
    return { id: call, dialog };
  }

  /** An INVITE to the operator line, whatever comes of it. */
  invite(sdp: string | null, options: CallOptions = {}): Promise<ExchangeDialog> {
    return this.exchange.call(sdp, { desk: this.#agent.udpPort as number, ...options });
  }

  /** A caller is in the operator's ear. */
  async talking(sdp?: string | null, options: CallOptions = {}): Promise<Caller> {
    const caller = await this.waiting(sdp, options);
    const outcome = await this.execute({ type: 'answer', call: caller.id, hold: null });
    mustBeDone(outcome);
    return caller;
  }

  /** A call of the desk's own that rings at `number`. */
  async ringing(number: string, hold: string | null = null): Promise<Caller> {
    const id = `own-${number}`;
    const made = this.execute({ type: 'make-call', call: id, number, hold });
    const dialog = await this.exchange.dialogWith(number);
    mustBeDone(await made);
    return { id, dialog };
  }

  /** A call of the desk's own that was answered. */
  async called(number: string, hold: string | null = null): Promise<Caller> {
    const caller = await this.ringing(number, hold);
    caller.dialog.answer(caller.dialog.sdp);
    await this.event('established', { call: caller.id });
    return caller;
  }

  headset(): Promise<ExchangeDialog> {
    return this.exchange.dialogWith(`*58${HEADSET}`);
  }

  /** Whether two legs were told each other's media, both ways. */
  joined(a: ExchangeDialog, b: ExchangeDialog): boolean {
    const sides = [
      [a, b],
      [b, a],
    ] as const;
    return sides.every(([one, other]) => {
      const heard = audioOf(one.heard);
      return heard.port === audioOf(other.sdp).port && heard.direction === 'sendrecv';
    });
  }

  /** Whether a leg is on the exchange's music: it is only sent to, from a place where nobody talks. */
  onMusic(dialog: ExchangeDialog): boolean {
    return audioOf(dialog.heard).direction === 'sendonly';
  }

  /** Waits until the headset phone is silent. */
  async rests(): Promise<void> {
    const headset = await this.headset();
    await until(
      () => isResting(headset),
      () => `the headset to rest: ${headset.heard}`,
    );
  }

  /** Whether the headset phone is silent: told to hear nothing, at the discard port. */
  async resting(): Promise<boolean> {
    return isResting(await this.headset());
  }
}

function isResting({ heard }: ExchangeDialog): boolean {
  const { port, direction } = audioOf(heard);
  return port === 9 && direction === 'recvonly';
}

function mustBeDone(outcome: ExchangeOutcome): void {
  if (outcome.outcome !== 'done')
    throw new Error(`a step before the test was refused: ${JSON.stringify(outcome)}`);
}
