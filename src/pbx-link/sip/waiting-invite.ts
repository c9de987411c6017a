import type { Clock } from '../model/clock.ts';
import type { SrfDialog, SrfMessage, SrfRequest, SrfResponse, SrfStack } from './srf.ts';

/**
 * An INVITE that waits at the operator line. A provisional response is repeated each minute, else a proxy on the way
 * may end the call after three (RFC 3261 13.3.1.1 and 16.6, timer C).
 */
export class WaitingInvite {
  readonly req: SrfRequest;
  readonly #res: SrfResponse;
  readonly #stack: SrfStack;
  readonly #contact: string;
  #stopRepeating: () => void = () => undefined;
  #open = true;

  constructor(
    req: SrfRequest,
    res: SrfResponse,
    options: {
      readonly stack: SrfStack;
      readonly clock: Clock;
      readonly minuteMs: number;
      readonly contact: string;
      /** The caller or the exchange cancelled. */
      readonly onCancel: (cancel: SrfMessage) => void;
    },
  ) {
    this.req = req;
    this.#res = res;
    this.#stack = options.stack;
    this.#contact = options.contact;
    req.on('cancel', (cancel) => {
      if (!this.#open) return;
      this.#close();
      options.onCancel(cancel);
    });
    const ring = () => {
      if (!this.#open) return;
      res.send(180, { headers: { Contact: options.contact } });
      this.#stopRepeating = options.clock.after(options.minuteMs, ring);
    };
    ring();
  }

  /** False once it was answered, refused or cancelled. */
  get open(): boolean {
    return this.#open;
  }

  /** Names the early dialog to the SIP stack (both sides' tags exist since the first 180). */
  get dialogId(): string {
    const from = this.req.get('From') ?? '';
    // Behind the address: a display name may say anything.
    const tag = /;\s{0,4}tag=([^;>\s]+)/.exec(from.slice(from.lastIndexOf('>') + 1))?.[1] ?? '';
    return `${this.req.get('Call-ID') ?? ''};from-tag=${tag}`;
  }

  /** Answers with 200; `onDialog` runs at once with the dialog, `done` says whether there is one. */
  accept(sdp: string, onDialog: (dialog: SrfDialog) => void, done: (ok: boolean) => void): void {
    this.#stopRepeating();
    let settled = false;
    const settle = (ok: boolean) => {
      if (settled) return;
      settled = true;
      if (ok) this.#close();
      done(ok);
    };
    const options = { localSdp: sdp, headers: { Contact: this.#contact, 'Content-Type': 'application/sdp' } };
    this.#stack.createUAS(this.req, this.#res, options, (_err, dialog) => {
      if (dialog && !settled) onDialog(dialog);
      settle(dialog !== undefined);
    });
  }

  refuse(status: number): void {
    if (!this.#open) return;
    this.#close();
    this.#res.send(status);
  }

  /** The exchange has forgotten it: nothing is to be sent. */
  drop(): void {
    this.#close();
  }

  #close(): void {
    this.#open = false;
    this.#stopRepeating();
  }
}
