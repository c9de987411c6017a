import type { CallEnd } from './phone-call.ts';
import { headerOf, type Identity, identityOf, type SipMessage } from './sip-message.ts';

/** Who a message names as the other side, or null. Inside a dialog, only P-Asserted-Identity does (RFC 3325). */
export function shown(message: SipMessage | null, inside = false): Identity | null {
  if (message === null) return null;
  const asserted = headerOf(message, 'P-Asserted-Identity');
  if (asserted !== '') return identityOf(asserted);
  return inside || 'status' in message ? null : identityOf(headerOf(message, 'From'));
}

/** Why a BYE, CANCEL or final response came, by its Reason header (RFC 3326). */
export function reasonOf(message: SipMessage): Pick<CallEnd, 'cause' | 'reason'> {
  const reason = headerOf(message, 'Reason');
  const cause = /Q\.850\s*;\s*cause=(\d+)/i.exec(reason)?.[1];
  return { cause: cause === undefined ? null : Number(cause), reason };
}
