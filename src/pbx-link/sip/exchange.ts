import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../model/clock.ts';
import { answerChallenge, type Credentials, chooseChallenge } from './digest.ts';
import { type OutgoingInvite, sendInvite } from './outgoing-invite.ts';
import type { SrfDialog, SrfResponse, SrfStack } from './srf.ts';

export type ExchangeAddress = {
  readonly host: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp';
};

/** A final response, or `none` when there was none in time or the stack could not send (ENODIALOG and the like). */
export type Answer =
  | { readonly kind: 'final'; readonly res: SrfResponse }
  | { readonly kind: 'none'; readonly why: string };

/**
 * The exchange as a SIP peer: requests from the operator line, with the digest answered for every method
 * (RFC 3261 22; srf's own digest knows MD5 and one challenge only) and a time limit round each, because srf leaves
 * a request unsettled that meets a crossing BYE.
 */
export class Exchange {
  readonly address: ExchangeAddress;
  readonly line: string;
  readonly #stack: SrfStack;
  readonly #credentials: Credentials;
  readonly #clock: Clock;
  readonly #invites = new Set<OutgoingInvite>();

  constructor(
    stack: SrfStack,
    options: {
      readonly address: ExchangeAddress;
      readonly line: string;
      readonly credentials: Credentials;
      readonly clock: Clock;
    },
  ) {
    this.#stack = stack;
    this.address = options.address;
    this.line = options.line;
    this.#credentials = options.credentials;
    this.#clock = options.clock;
  }

  /** The Request-URI of a number, or of the exchange itself. */
  uri(number?: string): string {
    const { host, port, transport } = this.address;
    const user = number === undefined ? '' : `${encodeUser(number)}@`;
    return `sip:${user}${host}:${port}${transport === 'tcp' ? ';transport=tcp' : ''}`;
  }

  /** The address without port and parameters, as To, From and Refer-To name a party. */
  aor(number: string): string {
    return `sip:${encodeUser(number)}@${this.address.host}`;
  }

  /** `localhost` is replaced by the SIP stack with the address by which the exchange reaches us. */
  contact(): string {
    return `<sip:${encodeUser(this.line)}@localhost${this.address.transport === 'tcp' ? ';transport=tcp' : ''}>`;
  }

  /** A request outside of a dialog. */
  async ask(
    method: string,
    uri: string,
    headers: Record<string, string>,
    timeoutMs: number,
    options: { readonly firstCSeq?: number; readonly challenge?: boolean } = {},
  ): Promise<Answer> {
    // Authentication repeats the request within the same Call-ID and From tag, one CSeq higher (RFC 3261 22.2).
    const fixed = {
      From: `<${this.aor(this.line)}>;tag=${newTag()}`,
      To: `<${method === 'REGISTER' ? this.aor(this.line) : stripParams(uri)}>`,
      'Call-ID': randomUUID(),
      ...headers,
    };
    let extra: Record<string, string> = {};
    const first = options.firstCSeq ?? 1;
    for (let attempt = 1; ; attempt += 1) {
      const all = { ...fixed, ...extra, CSeq: `${first + attempt - 1} ${method}` };
      const answer = await this.#once(method, uri, all, timeoutMs);
      if (answer.kind === 'none' || options.challenge === false) return answer;
      const authorization = this.authorization(answer.res, method, uri, attempt);
      if (!authorization) return answer;
      extra = authorization;
    }
  }

  #once(method: string, uri: string, headers: Record<string, string>, timeoutMs: number): Promise<Answer> {
    return this.bounded(timeoutMs, (settle) => {
      // The callback form, with 'response' attached in it: srf's promise form can lose a quick response.
      this.#stack.request(uri, { method, headers }, (err, req) => {
        if (err || !req) return settle({ kind: 'none', why: err?.message ?? 'not sent' });
        req.on('response', (res) => {
          if (res.status >= 200) settle({ kind: 'final', res });
        });
      });
    });
  }

  /** A request inside a dialog; challenged ones are answered once. */
  async askInDialog(
    dialog: SrfDialog,
    method: string,
    options: {
      readonly headers?: Record<string, string>;
      readonly body?: string;
      readonly timeoutMs: number;
      /** A final response that comes after the time was up. */
      readonly onLate?: (res: SrfResponse) => void;
    },
  ): Promise<Answer> {
    let headers = { ...options.headers };
    for (let attempt = 1; ; attempt += 1) {
      let waiting = true;
      const answer = await this.bounded(options.timeoutMs, (settle) => {
        const body = options.body === undefined ? {} : { body: options.body };
        dialog.request({ method, headers, ...body }, (err, res) => {
          if (err || !res) settle({ kind: 'none', why: err?.message ?? 'not sent' });
          else if (res.status >= 200 && waiting) settle({ kind: 'final', res });
          else if (res.status >= 200) options.onLate?.(res);
        });
      });
      waiting = false;
      if (answer.kind === 'none') return answer;
      const authorization = this.authorization(answer.res, method, dialog.remote.uri, attempt);
      if (!authorization) return answer;
      headers = { ...headers, ...authorization };
    }
  }

  /**
   * Asks whether the other side still knows a dialog, early or confirmed: an INFO without a body changes nothing,
   * and an exchange that has forgotten the dialog answers 481 (RFC 3261 12.2.2).
   */
  probe(dialogId: string, timeoutMs: number): Promise<'alive' | 'gone' | 'unknown'> {
    return this.bounded<'alive' | 'gone' | 'unknown'>(
      timeoutMs,
      (settle) => {
        const options = { method: 'INFO', headers: { Contact: this.contact() }, stackDialogId: dialogId };
        this.#stack.request('sip:placeholder', options, (err, req) => {
          if (err || !req)
            return settle(err && 'code' in err && err.code === 'ENODIALOG' ? 'gone' : 'unknown');
          req.on('response', (res) => {
            if (res.status < 200) return;
            if (res.source_address === '') settle('unknown');
            else settle(res.status === 481 || res.status === 408 || res.status === 404 ? 'gone' : 'alive');
          });
        });
      },
      'unknown',
    );
  }

  invite(
    number: string,
    sdp: string,
    headers: Record<string, string>,
    onProvisional: (res: SrfResponse) => void,
    onDialog: (dialog: SrfDialog) => void,
  ): OutgoingInvite {
    const uri = this.uri(number);
    const localTag = newTag();
    const invite = sendInvite({
      stack: this.#stack,
      clock: this.#clock,
      uri,
      sdp,
      callId: randomUUID(),
      localTag,
      headers: {
        From: `<${this.aor(this.line)}>;tag=${localTag}`,
        To: `<${this.aor(number)}>`,
        Contact: this.contact(),
        ...headers,
      },
      authorize: (res, attempt) => this.authorization(res, 'INVITE', uri, attempt),
      onProvisional,
      onDialog,
    });
    this.#invites.add(invite);
    void invite.ended.then(() => this.#invites.delete(invite));
    return invite;
  }

  /** The connection to the SIP stack is gone: srf would leave what is under way unsettled for ever. */
  abandonInvites(): void {
    for (const invite of this.#invites) invite.abandon();
  }

  /** The header that answers a challenge, or null when there is none or the second answer was refused too. */
  authorization(
    res: SrfResponse,
    method: string,
    uri: string,
    attempt: number,
  ): Record<string, string> | null {
    if (res.status !== 401 && res.status !== 407) return null;
    const name = res.status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate';
    const challenge = chooseChallenge(res.get(name) ?? '');
    // A second challenge is answered only if the nonce was merely too old (RFC 3261 22.1, stale).
    if (!challenge || attempt > 2 || (attempt > 1 && !challenge.stale)) return null;
    const value = answerChallenge(challenge, { method, uri }, this.#credentials);
    return { [res.status === 401 ? 'Authorization' : 'Proxy-Authorization']: value };
  }

  /** Runs a callback-style request and settles with `late` when its time is up. */
  bounded<T = Answer>(
    timeoutMs: number,
    start: (settle: (value: T) => void) => void,
    late: T = { kind: 'none', why: 'no answer in time' } as T,
  ): Promise<T> {
    return new Promise((resolve) => {
      const stop = this.#clock.after(timeoutMs, () => resolve(late));
      const settle = (value: T) => {
        stop();
        resolve(value);
      };
      try {
        start(settle);
      } catch {
        // srf throws on a closed socket: the agent is gone, which the watch of the exchange reports.
        settle(late);
      }
    });
  }
}

export function newTag(): string {
  return randomBytes(6).toString('hex');
}

/** `#` must be escaped in the user part (RFC 3261 25.1); digits, letters, `*` and `+` stay. */
function encodeUser(number: string): string {
  return number.replace(/[^0-9A-Za-z*+._-]/g, encodeURIComponent);
}

function stripParams(uri: string): string {
  return uri.split(';')[0] ?? uri;
}
