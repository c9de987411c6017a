import { headerOf, type SipRequest, type SipResponse } from '../../sip-agent/message/sip-message.ts';
import type { Incoming, ReplyOptions } from './reactions.ts';
import type { ScriptedExchange } from './scripted-exchange.ts';

export type Identity = { readonly local: string; readonly remote: string };

/**
 * One dialog as the exchange has it, whichever side began it (RFC 3261 12). `sdp` is what the exchange told last,
 * `heard` what the desk told last.
 */
export class ExchangeDialog {
  readonly callId: string;
  readonly localTag: string;
  readonly localUri: string;
  readonly remoteUri: string;
  remoteTag = '';
  target: string;
  sdp = '';
  heard = '';
  cseq = 0;
  /** How the desk ended it: by the status that refused our INVITE or by a request; or how we did. */
  end: number | 'BYE' | 'CANCEL' | 'SUBSCRIBE' | 'hung up' | 'refused' | 'forgotten' | null = null;
  /** The desk's INVITE that began it and has no final answer yet. */
  invitation: Incoming | null = null;
  /** The branch of our INVITE that has no final answer yet. */
  inviteBranch = '';
  readonly #exchange: ScriptedExchange;

  constructor(
    exchange: ScriptedExchange,
    ids: { readonly callId: string; readonly localTag: string } & Identity,
    target: string,
  ) {
    this.#exchange = exchange;
    this.callId = ids.callId;
    this.localTag = ids.localTag;
    this.localUri = ids.local;
    this.remoteUri = ids.remote;
    this.target = target;
  }

  /** A request within the dialog and its final response. */
  request(method: string, options: ReplyOptions = {}): Promise<SipResponse> {
    return this.#exchange.send(this, method, options);
  }

  /**
   * A re-INVITE; the ACK is sent with the response. Without a body it asks the desk to offer, and `answer` goes into
   * the ACK.
   */
  async reinvite(
    body: string,
    options: ReplyOptions & { readonly answer?: string } = {},
  ): Promise<SipResponse> {
    const res = await this.request('INVITE', { ...options, body });
    if (res.status === 200) {
      this.heard = res.body.toString();
      this.sdp = body || options.answer || this.sdp;
      this.acknowledge(res, options.answer);
    }
    return res;
  }

  /** The ACK to a 2xx, a request of its own (RFC 3261 13.2.2.4). */
  acknowledge(res: SipResponse, body = ''): void {
    this.#exchange.acknowledge(this, res, body);
  }

  bye(headers: Readonly<Record<string, string>> = {}): Promise<SipResponse> {
    this.end = 'hung up';
    return this.request('BYE', { headers });
  }

  /** Takes back our INVITE that waits (RFC 3261 9.1). */
  cancel(headers: Readonly<Record<string, string>> = {}): Promise<SipResponse> {
    return this.#exchange.send(this, 'CANCEL', { headers }, this.inviteBranch);
  }

  /** What became of a REFER (RFC 3515 2.4.4). */
  notifyRefer(line: string, over: boolean): Promise<SipResponse> {
    return this.request('NOTIFY', {
      headers: {
        Event: 'refer',
        'Subscription-State': over ? 'terminated;reason=noresource' : 'active;expires=60',
        'Content-Type': 'message/sipfrag',
      },
      body: `SIP/2.0 ${line}\r\n`,
    });
  }

  /** A lamp (RFC 4235). */
  notifyDialog(state: string, over = false): Promise<SipResponse> {
    const dialog = state === '' ? '' : `<dialog id="1"><state>${state}</state></dialog>`;
    return this.request('NOTIFY', {
      headers: {
        Event: 'dialog',
        'Subscription-State': over ? 'terminated;reason=timeout' : 'active;expires=600',
        'Content-Type': 'application/dialog-info+xml',
      },
      body: `<?xml version="1.0"?><dialog-info version="0" state="full" entity="sip:x">${dialog}</dialog-info>`,
    });
  }

  /** Answers the desk's INVITE that began this dialog. */
  answer(sdp: string): void {
    const { invitation } = this;
    this.invitation = null;
    this.sdp = sdp;
    invitation?.reply(200, { body: sdp });
  }

  refuse(status: number, headers: Readonly<Record<string, string>> = {}): void {
    const { invitation } = this;
    this.invitation = null;
    this.end = 'refused';
    invitation?.reply(status, { headers });
  }

  /** The requests that the desk sent in this dialog, the one that began it among them. */
  received(method: string): SipRequest[] {
    return this.#exchange.received(method).filter((req) => headerOf(req, 'Call-ID') === this.callId);
  }
}
