import { randomBytes } from 'node:crypto';
import {
  addressOf,
  headerOf,
  headersOf,
  paramOf,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from './sip-message.ts';

/** A dialog (RFC 3261 section 12) as the phone sees it. */
export type Dialog = {
  readonly callId: string;
  readonly localTag: string;
  /** From or To as this phone has them, without tags. */
  readonly localAddress: string;
  readonly remoteAddress: string;
  remoteTag: string;
  /** Where requests go: the Contact of the other side. */
  target: string;
  routes: readonly string[];
  /** CSeq of this phone's last request. */
  sequence: number;
};

export function randomToken(): string {
  return randomBytes(8).toString('hex');
}

/** The dialog that an INVITE of this phone's own may lead to. */
export function newDialog(localAddress: string, remoteAddress: string, target: string): Dialog {
  return {
    callId: randomToken(),
    localTag: randomToken(),
    localAddress,
    remoteAddress,
    remoteTag: '',
    target,
    routes: [],
    sequence: 0,
  };
}

/** The dialog that an INVITE from the exchange begins. */
export function dialogOf(invite: SipRequest): Dialog {
  const from = headerOf(invite, 'From');
  return {
    callId: headerOf(invite, 'Call-ID'),
    localTag: randomToken(),
    localAddress: headerOf(invite, 'To'),
    remoteAddress: from.replace(/;\s*tag=[^;]*/i, ''),
    remoteTag: paramOf(from, 'tag'),
    target: addressOf(headerOf(invite, 'Contact')),
    routes: headersOf(invite, 'Record-Route'),
    sequence: 0,
  };
}

/** Takes over what a response to this phone's INVITE tells of the other side. */
export function learn(dialog: Dialog, response: SipResponse): void {
  const tag = paramOf(headerOf(response, 'To'), 'tag');
  const contact = headerOf(response, 'Contact');
  if (tag !== '') dialog.remoteTag = tag;
  if (contact !== '') dialog.target = addressOf(contact);
  const routes = headersOf(response, 'Record-Route');
  if (routes.length > 0) dialog.routes = routes.toReversed();
}

/** The next request in the dialog; an ACK has the number of the INVITE that it is for. */
export function requestIn(
  dialog: Dialog,
  method: string,
  headers: readonly SipHeader[] = [],
  body = '',
  sequence?: number,
): SipRequest {
  if (sequence === undefined) dialog.sequence += 1;
  const remoteTag = dialog.remoteTag === '' ? '' : `;tag=${dialog.remoteTag}`;
  return {
    method,
    uri: dialog.target,
    headers: [
      ['Max-Forwards', '70'],
      ['From', `${dialog.localAddress};tag=${dialog.localTag}`],
      ['To', `${dialog.remoteAddress}${remoteTag}`],
      ['Call-ID', dialog.callId],
      ['CSeq', `${sequence ?? dialog.sequence} ${method}`],
      ...dialog.routes.map((route): SipHeader => ['Route', route]),
      ...headers,
    ],
    body,
  };
}
