import { headerOf, type SipRequest } from '../../sip-agent/message/sip-message.ts';
import type { ExchangeDialog } from './exchange-dialog.ts';
import { describeAudio } from './sdp-text.ts';
import { contactOf, tagOf } from './sip-text.ts';

export type ReplyOptions = { readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

/** A request of the desk, with the way to answer it. `dialog` is null outside of one. */
export type Incoming = {
  readonly request: SipRequest;
  readonly dialog: ExchangeDialog | null;
  reply(status: number, options?: ReplyOptions): void;
};

export type Reaction = (incoming: Incoming) => void;
export const silence: Reaction = () => undefined;
export const status =
  (code: number, options: ReplyOptions = {}): Reaction =>
  (incoming) =>
    incoming.reply(code, options);

/** Answers a description with this one and keeps to it. */
export const answerWith =
  (sdp: string): Reaction =>
  (incoming) => {
    const { dialog, request } = incoming;
    if (dialog) {
      dialog.heard = request.body.toString();
      dialog.sdp = sdp;
    }
    incoming.reply(200, { body: sdp });
  };

/** Rings, until the test or a CANCEL says more. */
export const ring =
  (code: 100 | 180): Reaction =>
  (incoming) => {
    if (incoming.dialog) incoming.dialog.invitation = incoming;
    incoming.reply(code);
  };

/** The port at which the headset phone's leg takes its media. */
export const HEADSET_PORT = 20_000;

/** What a friendly exchange does; `freePort` gives a media port that no other leg has. */
export function beFriendly(incoming: Incoming, freePort: () => number): void {
  const { request, dialog } = incoming;
  switch (request.method) {
    case 'REGISTER':
      return incoming.reply(200, {
        headers: { Contact: headerOf(request, 'Contact') ?? '', Expires: '600' },
      });
    case 'INVITE':
      return invited(incoming, freePort);
    case 'ACK':
      return;
    case 'CANCEL':
      incoming.reply(200);
      dialog?.refuse(487);
      if (dialog) dialog.end = 'CANCEL';
      return;
    case 'BYE':
      incoming.reply(dialog ? 200 : 481);
      if (dialog) dialog.end = 'BYE';
      return;
    case 'REFER':
      return incoming.reply(dialog ? 202 : 481);
    case 'SUBSCRIBE':
      incoming.reply(200, { headers: { Expires: headerOf(request, 'Expires') ?? '600' } });
      if (dialog && headerOf(request, 'Expires') === '0') dialog.end = 'SUBSCRIBE';
      return;
    default:
      return incoming.reply(dialog || request.method === 'OPTIONS' ? 200 : 481);
  }
}

/** The headset phone lifts at once, a number rings until the test says more, a re-INVITE gets what it had. */
function invited(incoming: Incoming, freePort: () => number): void {
  const { request, dialog } = incoming;
  if (!dialog) return incoming.reply(481);
  if (tagOf(headerOf(request, 'To')) !== '') {
    dialog.heard = request.body.toString();
    dialog.target = contactOf(request) || dialog.target;
    return incoming.reply(200, { body: dialog.sdp });
  }
  dialog.heard = request.body.toString();
  dialog.invitation = incoming;
  if (request.uri.includes('*58')) return dialog.answer(describeAudio({ port: HEADSET_PORT }));
  dialog.sdp = describeAudio({ port: freePort() });
  incoming.reply(180);
}
