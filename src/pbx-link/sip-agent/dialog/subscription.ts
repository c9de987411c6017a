import { headerOf, type SipMessage } from '../message/sip-message.ts';

/** The usage that a dialog carries while its session stands. */
export const INVITE_USAGE = 'invite';

/**
 * The subscription that a SUBSCRIBE, NOTIFY or REFER belongs to: event package and id parameter (RFC 6665 4.5.1). All
 * REFERs of a dialog count as one, for the id of the first may be left out (RFC 3515 2.4.6).
 */
export function subscriptionUsage(message: SipMessage, method: string): string {
  if (method === 'REFER') return 'subscription:refer';
  const [name = '', ...params] = (headerOf(message, 'event') ?? '').split(';');
  const event = name.trim().toLowerCase();
  if (event === 'refer') return 'subscription:refer';
  const id = params.map((param) => param.trim()).find((param) => /^id=/i.test(param));
  return id === undefined ? `subscription:${event}` : `subscription:${event};${id.toLowerCase()}`;
}

/** The usage that a dialog-forming method begins. */
export function usageOf(message: SipMessage, method: string): string {
  return method === 'INVITE' ? INVITE_USAGE : subscriptionUsage(message, method);
}

/** True for a NOTIFY that ends its subscription. */
export function isTerminating(notify: SipMessage): boolean {
  return /^\s*terminated\b/i.test(headerOf(notify, 'subscription-state') ?? '');
}
