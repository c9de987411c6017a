import { withoutUsage } from '../dialog/dialog.ts';
import { TRANSACTION_TIMEOUT } from '../transaction/timers.ts';
import type { DialogEntry } from './dialog-entry.ts';
import type { UserAgent } from './user-agent.ts';

/** Forgets a dialog: later requests in it get 481. */
export function dropDialog(ua: UserAgent, entry: DialogEntry): void {
  entry.linger?.cancel();
  entry.linger = null;
  for (const timer of entry.expiries.values()) timer.cancel();
  entry.expiries.clear();
  entry.unacknowledged?.stop();
  entry.unacknowledged = null;
  ua.dialogs.remove(entry);
  const bye = entry.heldBye;
  entry.heldBye = null;
  bye?.();
}

/** Ends one usage of a dialog; the dialog goes with its last (RFC 5057 4.1). */
export function endUsage(ua: UserAgent, entry: DialogEntry, usage: string): void {
  entry.dialog = withoutUsage(entry.dialog, usage);
  entry.expiries.get(usage)?.cancel();
  entry.expiries.delete(usage);
  if (entry.dialog.usages.length === 0) dropDialog(ua, entry);
}

/** Forgets a dialog after a while if nothing else ends it: the peer may never say that it is over. */
export function lingerDialog(ua: UserAgent, entry: DialogEntry): void {
  entry.linger?.cancel();
  entry.linger = ua.clock.setTimer(TRANSACTION_TIMEOUT, () => dropDialog(ua, entry));
}
