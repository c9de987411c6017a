import { randomUUID } from 'node:crypto';
import { type TargetState, targetState } from './dialog-info.ts';
import { type Exchange, newTag } from './exchange.ts';
import type { SrfDialog, SrfStack } from './srf.ts';

const EXPIRES_SECONDS = 600;
const END_TIMEOUT_MS = 4000;

/**
 * Watches one extension for as long as a transferred call rings there (RFC 4235 over RFC 6665). Asterisk's
 * "200 OK" to a REFER does not mean that the target has answered; its lamp does.
 */
export class TargetWatch {
  readonly #exchange: Exchange;
  readonly #stack: SrfStack;
  readonly #number: string;
  readonly #report: (state: TargetState | 'unknown') => void;
  #dialog: SrfDialog | null = null;
  #stopped = false;

  constructor(options: {
    readonly exchange: Exchange;
    readonly stack: SrfStack;
    readonly number: string;
    /** `unknown`: the exchange does not tell about this number. */
    readonly report: (state: TargetState | 'unknown') => void;
  }) {
    this.#exchange = options.exchange;
    this.#stack = options.stack;
    this.#number = options.number;
    this.#report = options.report;
  }

  start(): void {
    this.#subscribe(1, { 'Call-ID': randomUUID(), tag: newTag() }, {});
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    const dialog = this.#dialog;
    if (!dialog) return;
    // Expires 0 ends it (RFC 6665 4.1.2.3). srf's own destroy would send a NOTIFY and leave the subscription alive.
    void this.#exchange.askInDialog(dialog, 'SUBSCRIBE', {
      headers: this.#headers(0),
      timeoutMs: END_TIMEOUT_MS,
    });
  }

  #headers(expires: number): Record<string, string> {
    return {
      Event: 'dialog',
      Accept: 'application/dialog-info+xml',
      Expires: String(expires),
      Contact: this.#exchange.contact(),
    };
  }

  #subscribe(cseq: number, ids: { 'Call-ID': string; tag: string }, extra: Record<string, string>): void {
    const uri = this.#exchange.uri(this.#number);
    const headers = {
      From: `<${this.#exchange.aor(this.#exchange.line)}>;tag=${ids.tag}`,
      To: `<${this.#exchange.aor(this.#number)}>`,
      'Call-ID': ids['Call-ID'],
      CSeq: `${cseq} SUBSCRIBE`,
      ...this.#headers(EXPIRES_SECONDS),
      ...extra,
    };
    const progress = { cbRequest: () => undefined, cbProvisional: () => undefined };
    try {
      this.#stack.createUAC(uri, { method: 'SUBSCRIBE', headers }, progress, (err, dialog) => {
        if (dialog) return this.#watch(dialog);
        const authorization = err?.res ? this.#exchange.authorization(err.res, 'SUBSCRIBE', uri, cseq) : null;
        if (authorization) this.#subscribe(cseq + 1, ids, authorization);
        else if (!this.#stopped) this.#report('unknown');
      });
    } catch {
      // srf throws when its connection to the SIP stack is gone.
      if (!this.#stopped) this.#report('unknown');
    }
  }

  #watch(dialog: SrfDialog): void {
    this.#dialog = dialog;
    dialog.on('notify', (req, res) => {
      res.send(200);
      if (this.#stopped) return;
      const state = targetState(req.body ?? '');
      const over = /^\s*terminated/i.test(req.get('Subscription-State') ?? '');
      if (state) this.#report(state);
      else if (over) this.#report('unknown');
      if (over) this.#dialog = null;
    });
    if (this.#stopped) {
      this.#stopped = false;
      this.stop();
    }
  }
}
