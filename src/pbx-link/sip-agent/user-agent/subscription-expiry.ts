import { withUsage } from '../dialog/dialog.ts';
import { isTerminating, subscriptionUsage } from '../dialog/subscription.ts';
import { headerOf, type SipMessage } from '../message/sip-message.ts';
import { TRANSACTION_TIMEOUT } from '../transaction/timers.ts';
import type { DialogEntry } from './dialog-entry.ts';
import { endUsage } from './end-dialog.ts';
import type { UserAgent } from './user-agent.ts';

/** A refresh may be on its way when a subscription expires, and so may the last NOTIFY. */
const GRACE_MS = TRANSACTION_TIMEOUT;
/** The time of a subscription of which neither side has said one. */
const DEFAULT_SECONDS = 3_600;
/** A timer holds 2^31 ms at most. */
const LONGEST_MS = 2_000_000_000;

/** The seconds for which a 2xx to SUBSCRIBE or a NOTIFY says that its subscription lasts; null when it does not say. */
export function subscriptionSeconds(message: SipMessage): number | null {
  const state = /;\s*expires\s*=\s*(\d{1,9})/i.exec(headerOf(message, 'subscription-state') ?? '');
  const text = state?.[1] ?? headerOf(message, 'expires') ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/**
 * Keeps a subscription for as long as `message` says (RFC 6665 4.1.2, 4.2.1) and some more, then forgets it: a peer
 * that has died must not leave its dialogs here. `of` is the request that names the event.
 */
export function keepSubscription(
  ua: UserAgent,
  entry: DialogEntry,
  of: SipMessage,
  method: string,
  message: SipMessage,
): void {
  if (isTerminating(message)) return;
  const said = subscriptionSeconds(message);
  // A NOTIFY that says nothing changes nothing; an answer must give a time, and one that does not gets the request's.
  const seconds = method === 'NOTIFY' ? said : (said ?? subscriptionSeconds(of) ?? DEFAULT_SECONDS);
  const usage = subscriptionUsage(of, method);
  // A NOTIFY keeps what is there and begins nothing.
  if (method === 'NOTIFY' && !entry.dialog.usages.includes(usage)) return;
  entry.dialog = withUsage(entry.dialog, usage);
  if (seconds === null) return;
  entry.expiries.get(usage)?.cancel();
  const after = Math.min(seconds * 1_000 + GRACE_MS, LONGEST_MS);
  entry.expiries.set(
    usage,
    ua.clock.setTimer(after, () => {
      // After Expires: 0 this is the ordinary end when the last NOTIFY does not come.
      ua.tally.note('info', 'subscription over', usage);
      endUsage(ua, entry, usage);
    }),
  );
}
