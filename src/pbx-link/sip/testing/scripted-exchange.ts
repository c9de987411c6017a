import { createSocket, type Socket } from 'node:dgram';
import { parseSipMessage } from '../../sip-agent/message/parse-message.ts';
import { serializeSipMessage } from '../../sip-agent/message/serialize-message.ts';
import {
  headerOf,
  headersOf,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '../../sip-agent/message/sip-message.ts';
import { ExchangeDialog } from './exchange-dialog.ts';
import { beFriendly, type Incoming, type Reaction, type ReplyOptions } from './reactions.ts';
import { EXCHANGE_HOST } from './sdp-text.ts';
import { contactOf, listed, newBranch, newId, SDP_TYPE, tagOf } from './sip-text.ts';
import { until } from './until.ts';

type Rule = {
  readonly method: string;
  readonly react: Reaction;
  readonly wanted: (one: Incoming) => boolean;
};

/**
 * An exchange that does what a test says: one UDP socket that answers as a friendly exchange would, unless the test
 * has given a reaction for the next request of a method. It keeps no timers; a request that comes twice is answered
 * as before.
 */
export class ScriptedExchange {
  readonly dialogs: ExchangeDialog[] = [];
  /** Everything that came, without repetitions, oldest first. */
  readonly log: SipMessage[] = [];
  readonly #socket: Socket = createSocket('udp4');
  readonly #rules: Rule[] = [];
  readonly #answers = new Map<string, Buffer>();
  readonly #seen = new Set<string>();
  readonly #pending = new Map<string, (res: SipResponse) => void>();
  readonly #acknowledgements = new Map<string, Buffer>();
  #desk = 0;
  #deaf = false;
  #nextPort = 30_000;

  static async open(): Promise<ScriptedExchange> {
    const exchange = new ScriptedExchange();
    await new Promise<void>((resolve) => exchange.#socket.bind(0, EXCHANGE_HOST, resolve));
    exchange.#socket.on('message', (bytes, from) => exchange.#receive(bytes, from.port));
    return exchange;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }

  /** Away, it hears nothing. */
  set deaf(deaf: boolean) {
    this.#deaf = deaf;
  }

  /** Started anew: it knows none of its calls any more. */
  forget(): void {
    for (const dialog of this.dialogs) dialog.end ??= 'forgotten';
  }

  /** The next request of the method, or the next one that is wanted, gets this reaction; several wait in a row. */
  next(method: string, react: Reaction, wanted: (one: Incoming) => boolean = () => true): void {
    this.#rules.push({ method, react, wanted });
  }

  /** The requests of a method, oldest first. */
  received(method: string): SipRequest[] {
    return this.log.filter((one): one is SipRequest => one.kind === 'request' && one.method === method);
  }

  /** Waits for the desk's dialog with this user part, e.g. `8004`, which must not have ended. */
  dialogWith(user: string): Promise<ExchangeDialog> {
    const wanted = (one: ExchangeDialog) => one.localUri.includes(`sip:${user}@`) && one.end === null;
    return until(
      () => this.dialogs.findLast(wanted),
      () => `a dialog with ${user}; came: ${this.lines().join(', ')}`,
    );
  }

  /** Waits until so many requests of a method have come, and gives the last of them. */
  request(method: string, count = 1): Promise<SipRequest> {
    return until(
      () => this.received(method)[count - 1],
      () => `${method} number ${count}; came: ${this.lines().join(', ')}`,
    );
  }

  lines(): string[] {
    return this.log.map((one) => (one.kind === 'request' ? `${one.method} ${one.uri}` : String(one.status)));
  }

  /**
   * Sends an INVITE to the operator line. Settles when the desk has told its tag; `null` as the body leaves the offer
   * to the desk, and `answer` then goes into the ACK (`null`: no answer).
   */
  async call(
    sdp: string | null,
    options: {
      readonly desk: number;
      readonly from?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly answer?: string | null;
    },
  ): Promise<ExchangeDialog> {
    this.#desk = options.desk;
    const from = options.from ?? '5550100';
    const dialog = new ExchangeDialog(
      this,
      {
        callId: newId(),
        localTag: newId(),
        local: `<sip:${from}@${EXCHANGE_HOST}>`,
        remote: `<sip:8000@${EXCHANGE_HOST}>`,
      },
      `sip:8000@${EXCHANGE_HOST}:${this.#desk}`,
    );
    this.dialogs.push(dialog);
    dialog.sdp = sdp ?? '';
    dialog.inviteBranch = newBranch();
    const body = sdp === null ? {} : { body: sdp };
    const headers = options.headers ?? {};
    void this.send(dialog, 'INVITE', { headers, ...body }, dialog.inviteBranch).then((res) => {
      if (res.status >= 300) {
        dialog.end = res.status;
        return;
      }
      dialog.target = contactOf(res) || dialog.target;
      dialog.heard = res.body.toString();
      const answer = options.answer ?? '';
      if (sdp === null && answer) dialog.sdp = answer;
      this.acknowledge(dialog, res, answer);
    });
    await until(
      () => dialog.remoteTag !== '' || dialog.end !== null,
      () => 'an answer to the INVITE',
    );
    return dialog;
  }

  /** Sends a request in a dialog and gives its final response. */
  send(
    dialog: ExchangeDialog,
    method: string,
    options: ReplyOptions,
    branch: string = newBranch(),
  ): Promise<SipResponse> {
    if (method !== 'CANCEL' && method !== 'ACK') dialog.cseq += 1;
    const body = Buffer.from(options.body ?? '');
    const type: Record<string, string> = method === 'INVITE' && body.length ? SDP_TYPE : {};
    const request = this.#build(dialog, method, branch, { ...type, ...options.headers }, body);
    return new Promise((resolve) => {
      this.#pending.set(`${dialog.callId} ${dialog.cseq} ${method}`, (res) => {
        const tag = tagOf(headerOf(res, 'To'));
        if (tag && dialog.remoteTag === '') dialog.remoteTag = tag;
        if (res.status < 200) return;
        if (method === 'INVITE' && res.status >= 300) this.#refused(dialog, res, branch);
        resolve(res);
      });
      this.#write(request);
    });
  }

  acknowledge(dialog: ExchangeDialog, res: SipResponse, body: string): void {
    const bytes = this.#build(dialog, 'ACK', newBranch(), body ? SDP_TYPE : {}, Buffer.from(body));
    this.#acknowledgements.set(`${dialog.callId} ${headerOf(res, 'CSeq')}`, bytes);
    this.#write(bytes);
  }

  /** The ACK to a refusal belongs to the INVITE's own transaction (RFC 3261 17.1.1.3). */
  #refused(dialog: ExchangeDialog, res: SipResponse, branch: string): void {
    this.#write(this.#build(dialog, 'ACK', branch, { To: headerOf(res, 'To') ?? '' }, Buffer.alloc(0)));
  }

  #build(
    dialog: ExchangeDialog,
    method: string,
    branch: string,
    extra: Readonly<Record<string, string>>,
    body: Buffer,
  ): Buffer {
    const early = method === 'CANCEL' || dialog.remoteTag === '';
    const headers: Record<string, string> = {
      Via: `SIP/2.0/UDP ${EXCHANGE_HOST}:${this.port};branch=${branch}`,
      'Max-Forwards': '70',
      From: `${dialog.localUri};tag=${dialog.localTag}`,
      To: early ? dialog.remoteUri : `${dialog.remoteUri};tag=${dialog.remoteTag}`,
      'Call-ID': dialog.callId,
      CSeq: `${dialog.cseq} ${method}`,
      Contact: `<sip:exchange@${EXCHANGE_HOST}:${this.port}>`,
      ...extra,
    };
    return serializeSipMessage({
      kind: 'request',
      method,
      uri: dialog.target,
      headers: listed(headers),
      body,
    });
  }

  #write(bytes: Buffer): void {
    this.#socket.send(bytes, this.#desk, EXCHANGE_HOST);
  }

  #receive(bytes: Buffer, port: number): void {
    if (this.#deaf) return;
    // A peer that is silent is asked by empty lines whether its port is open (RFC 5626 3.5.1), from another socket.
    if (bytes.every((byte) => byte === 13 || byte === 10)) return;
    this.#desk = port;
    const parsed = parseSipMessage(Buffer.from(bytes));
    if (!parsed.ok) throw new Error(`the desk sent what cannot be read: ${parsed.error.reason}`);
    if (parsed.message.kind === 'request') this.#serve(parsed.message);
    else this.#settle(parsed.message);
  }

  #settle(res: SipResponse): void {
    const cseq = headerOf(res, 'CSeq') ?? '';
    const key = `${headerOf(res, 'Call-ID')} ${cseq}`;
    const again = this.#acknowledgements.get(key);
    if (again) return this.#write(again);
    this.log.push(res);
    this.#pending.get(key)?.(res);
    if (res.status >= 200) this.#pending.delete(key);
  }

  #serve(request: SipRequest): void {
    const key = `${request.method} ${headerOf(request, 'Via')} ${headerOf(request, 'CSeq')}`;
    if (this.#seen.has(key)) {
      const before = this.#answers.get(key);
      if (before) this.#write(before);
      return;
    }
    this.#seen.add(key);
    this.log.push(request);
    const dialog = this.#dialogOf(request);
    const localTag = dialog?.localTag ?? newId();
    const incoming: Incoming = {
      request,
      dialog,
      reply: (code, options = {}) => {
        const bytes = this.#response(request, code, localTag, options);
        this.#answers.set(key, bytes);
        this.#write(bytes);
      },
    };
    const at = this.#rules.findIndex((rule) => rule.method === request.method && rule.wanted(incoming));
    const rule = at < 0 ? undefined : this.#rules.splice(at, 1)[0];
    if (rule) rule.react(incoming);
    else beFriendly(incoming, () => this.freePort());
  }

  /** The dialog of a request; one that begins a dialog makes it. */
  #dialogOf(request: SipRequest): ExchangeDialog | null {
    const callId = headerOf(request, 'Call-ID') ?? '';
    const remoteTag = tagOf(headerOf(request, 'From'));
    const known = this.dialogs.findLast((one) => one.callId === callId);
    if (known && (known.end === null || request.method === 'ACK')) return known;
    const begins = request.method === 'INVITE' || request.method === 'SUBSCRIBE';
    if (!begins || tagOf(headerOf(request, 'To')) !== '') return null;
    const user = /^sip:([^@]*)@/.exec(request.uri)?.[1] ?? '';
    const local = `<sip:${user}@${EXCHANGE_HOST}>`;
    const remote = `<sip:8000@${EXCHANGE_HOST}>`;
    const dialog = new ExchangeDialog(this, { callId, localTag: newId(), local, remote }, contactOf(request));
    dialog.remoteTag = remoteTag;
    this.dialogs.push(dialog);
    return dialog;
  }

  #response(request: SipRequest, code: number, localTag: string, options: ReplyOptions): Buffer {
    const to = headerOf(request, 'To') ?? '';
    const headers: SipHeader[] = [
      ...headersOf(request, 'Via').map((value) => ({ name: 'Via', value })),
      ...listed({
        From: headerOf(request, 'From') ?? '',
        To: tagOf(to) || code === 100 ? to : `${to};tag=${localTag}`,
        'Call-ID': headerOf(request, 'Call-ID') ?? '',
        CSeq: headerOf(request, 'CSeq') ?? '',
        Contact: `<sip:exchange@${EXCHANGE_HOST}:${this.port}>`,
        ...(options.body ? SDP_TYPE : {}),
        ...options.headers,
      }),
    ];
    const body = Buffer.from(options.body ?? '');
    return serializeSipMessage({ kind: 'response', status: code, reason: 'Scripted', headers, body });
  }

  /** A media port that no other leg has. */
  freePort(): number {
    this.#nextPort += 2;
    return this.#nextPort;
  }
}
