import { setTimeout as delay } from 'node:timers/promises';
import { type CallSetup, sendWithDigest } from './call-setup.ts';
import { newDialog, requestIn } from './dialog.ts';
import type { Law } from './g711.ts';
import { describeHeard, type HearingSpec, isHeard, mergeHeard } from './hearing.ts';
import { type Lamp, watchLamp } from './lamp.ts';
import { ALLOW, type LiveCall, placeCall, takeCall } from './live-call.ts';
import type { PhoneCall } from './phone-call.ts';
import { headerOf, paramOf, type SipHeader, type SipRequest, type SipResponse } from './sip-message.ts';
import { type Heard, toneOf } from './tone.ts';
import { openTransactions } from './transactions.ts';

/** What a phone does by itself when it is called: `answer` waits `ringMs` first. */
export type RingBehaviour = 'ring' | 'busy' | 'answer' | 'reject';

export type PhoneOptions = {
  readonly number: string;
  readonly password: string;
  readonly exchange: { readonly host: string; readonly port: number };
  readonly toneHz?: number;
  readonly transport?: 'udp' | 'tcp';
  /** Goes hands-free by itself when Call-Info says `answer-after=0`, as a desk phone does. */
  readonly autoAnswer?: boolean;
  readonly onRing?: RingBehaviour;
  readonly laws?: readonly Law[];
  /** Takes this digest algorithm alone; else the strongest offered. */
  readonly algorithm?: 'MD5' | 'SHA-256';
};

export type Phone = {
  readonly number: string;
  readonly toneHz: number;
  /** Registers for an hour; returns the status. */
  register(expires?: number): Promise<number>;
  unregister(): Promise<number>;
  call(
    number: string,
    options?: { headers?: Readonly<Record<string, string>>; sdp?: false },
  ): Promise<PhoneCall>;
  /** The next call that rings here, or one that rang already and was not asked for; rejects after `timeoutMs`. */
  nextCall(timeoutMs?: number): Promise<PhoneCall>;
  /** Every call that has not ended. */
  calls(): readonly PhoneCall[];
  onRing(behaviour: RingBehaviour): void;
  /** From now on it rings for this long, and then answers. */
  ringThenAnswer(ms: number): void;
  /** Subscribes to the lamp of a number. */
  watch(number: string): Promise<Lamp>;
  /** Sends OPTIONS to a number; returns the status. */
  options(number: string): Promise<number>;
  /** What all calls of this phone together bring to the ear, over the last 120 ms. */
  hears(): Heard;
  /** Settles when it hears just this; rejects with what it heard instead. */
  untilHears(spec: HearingSpec, timeoutMs?: number): Promise<void>;
  /** A point in time for `firstHeard`. */
  mark(): bigint;
  /** When the first packet with this tone came after the last mark, in nanoseconds of `process.hrtime`. */
  firstHeard(toneHz: number, timeoutMs?: number): Promise<bigint>;
  /** Texts that came by MESSAGE. */
  readonly messages: readonly string[];
  /** Forgets everything; the exchange is told nothing, as when a phone loses its power. */
  close(): Promise<void>;
};

const WAIT_MS = 5000;
const POLL_MS = 10;

/** A phone of its own, without a line of the product's code, on loopback. Call `register` before it can be called. */
export async function startPhone(options: PhoneOptions): Promise<Phone> {
  const { number, exchange, transport = 'udp' } = options;
  const toneHz = options.toneHz ?? toneOf(number);
  const live = new Map<string, LiveCall>();
  /** Calls whose first INVITE is being taken: a CANCEL may be close behind it. */
  const arriving = new Map<string, Promise<LiveCall>>();
  const unclaimed: LiveCall[] = [];
  const waiting: ((call: LiveCall) => void)[] = [];
  const lamps = new Map<string, Lamp>();
  const messages: string[] = [];
  let behaviour = options.onRing ?? 'ring';
  let ringMs = 0;
  let marked = process.hrtime.bigint();

  const transactions = await openTransactions(exchange, transport, receive, (response) => {
    live.get(headerOf(response, 'Call-ID'))?.receiveStray(response);
  });
  const { host, port } = transactions.socket;
  const setup: CallSetup = {
    transactions,
    exchange,
    toneHz,
    laws: options.laws ?? ['PCMU', 'PCMA'],
    credentials: { user: number, password: options.password },
    contact: `sip:${number}@${host}:${port}${transport === 'tcp' ? ';transport=tcp' : ''}`,
    ...(options.algorithm === undefined ? {} : { algorithm: options.algorithm }),
  };
  const registration = newDialog(
    `<sip:${number}@${exchange.host}>`,
    `<sip:${number}@${exchange.host}>`,
    `sip:${exchange.host}:${exchange.port}`,
  );

  function receive(request: SipRequest): void {
    const id = headerOf(request, 'Call-ID');
    const call = live.get(id);
    const inside = paramOf(headerOf(request, 'To'), 'tag') !== '';
    const taken = arriving.get(id);
    if (taken !== undefined) void taken.then((soon) => soon.receive(request));
    else if (call !== undefined && (inside || request.method === 'CANCEL')) call.receive(request);
    else if (request.method === 'INVITE' && !inside) void ring(request);
    else if (request.method === 'ACK') return;
    else answerOutside(request);
  }

  function answerOutside(request: SipRequest): void {
    if (request.method === 'NOTIFY') lamps.get(headerOf(request, 'Call-ID'))?.receive(request);
    if (request.method === 'MESSAGE') messages.push(request.body);
    if (['OPTIONS', 'NOTIFY', 'MESSAGE'].includes(request.method))
      transactions.respond(request, 200, 'OK', [['Allow', ALLOW]]);
    else transactions.respond(request, 481, 'Call/Transaction Does Not Exist');
  }

  async function ring(request: SipRequest): Promise<void> {
    transactions.respond(request, 100, 'Trying');
    const taken = takeCall(setup, request, behaviour !== 'busy');
    const id = headerOf(request, 'Call-ID');
    arriving.set(id, taken);
    const call = await taken;
    keep(call);
    arriving.delete(id);
    const waiter = waiting.shift();
    if (waiter === undefined) unclaimed.push(call);
    else waiter(call);
    if (options.autoAnswer === true && /answer-after=0/.test(call.header('Call-Info'))) call.answer();
    else if (behaviour === 'busy') call.reject(486);
    else if (behaviour === 'reject') call.reject(603);
    else if (behaviour === 'answer') {
      if (ringMs > 0) await Promise.race([delay(ringMs), call.ended]);
      if (call.state === 'ringing') call.answer();
    }
  }

  function keep(call: LiveCall): void {
    live.set(call.callId, call);
    void call.ended.then(async () => {
      // The exchange may repeat itself for a moment after the end.
      await delay(1000, undefined, { ref: false });
      live.delete(call.callId);
    });
  }

  async function register(expires: number): Promise<number> {
    const headers: SipHeader[] = [
      ['Contact', `<${setup.contact}>`],
      ['Expires', String(expires)],
    ];
    const { response } = await sendWithDigest(setup, (proof) =>
      requestIn(registration, 'REGISTER', [...headers, ...proof]),
    );
    return response.status;
  }

  async function probe(target: string): Promise<SipResponse> {
    const uri = `sip:${target}@${exchange.host}:${exchange.port}`;
    const asking = newDialog(`<sip:${number}@${exchange.host}>`, `<${uri}>`, uri);
    const { response } = await sendWithDigest(setup, (proof) => requestIn(asking, 'OPTIONS', proof));
    return response;
  }

  const active = () => [...live.values()].filter((call) => call.state !== 'ended');
  const hears = () => mergeHeard(active().map((call) => call.hears()));

  return {
    number,
    toneHz,
    register: (expires = 3600) => register(expires),
    unregister: () => register(0),
    call: async (target, { headers = {}, sdp } = {}) => {
      const call = await placeCall(setup, { number: target, headers, sdp: sdp ?? true });
      keep(call);
      return call;
    },
    nextCall: async (timeoutMs = WAIT_MS) => {
      const ready = unclaimed.shift();
      if (ready !== undefined) return ready;
      const { promise, resolve, reject } = Promise.withResolvers<LiveCall>();
      waiting.push(resolve);
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(resolve), 1);
        reject(new Error(`nobody called ${number} within ${timeoutMs} ms`));
      }, timeoutMs);
      return promise.finally(() => clearTimeout(timer));
    },
    calls: active,
    onRing: (next) => {
      behaviour = next;
      ringMs = 0;
    },
    ringThenAnswer: (ms) => {
      behaviour = 'answer';
      ringMs = ms;
    },
    watch: (target) => watchLamp(setup, target, (lamp) => lamps.set(lamp.callId, lamp)),
    options: async (target) => (await probe(target)).status,
    hears,
    untilHears: async (spec, timeoutMs = WAIT_MS) => {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const heard = hears();
        if (isHeard(spec, heard)) return;
        if (performance.now() > deadline)
          throw new Error(`${number} does not hear ${JSON.stringify(spec)} but ${describeHeard(heard)}`);
        await delay(POLL_MS);
      }
    },
    mark: () => {
      marked = process.hrtime.bigint();
      return marked;
    },
    firstHeard: async (hz, timeoutMs = WAIT_MS) => {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const times = active().map((call) => call.firstHeard(hz, marked));
        const first = times
          .filter((at) => at !== null)
          .reduce<bigint | null>((a, b) => (a !== null && a < b ? a : b), null);
        if (first !== null) return first;
        if (performance.now() > deadline) throw new Error(`${number} never heard ${hz} Hz`);
        await delay(POLL_MS);
      }
    },
    messages,
    close: async () => {
      await Promise.all([...live.values()].map((call) => call.drop()));
      await transactions.close();
    },
  };
}
