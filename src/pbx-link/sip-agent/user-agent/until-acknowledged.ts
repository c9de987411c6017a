import type { Timer } from '../clock.ts';
import type { ServerTransaction } from '../transaction/server-transactions.ts';
import { T1, T2, TRANSACTION_TIMEOUT } from '../transaction/timers.ts';
import type { DialogEntry } from './dialog-entry.ts';
import { endByAgent } from './end-by-agent.ts';
import type { UserAgent } from './user-agent.ts';

/**
 * Repeats a 2xx until its ACK comes, RFC 3261 13.3.1.4: after T1, doubling up to T2, over every transport because a hop
 * behind may be UDP. Without an ACK after 64*T1 the dialog is ended with BYE.
 */
export function repeatUntilAcknowledged(
  ua: UserAgent,
  entry: DialogEntry,
  transaction: ServerTransaction,
  cseq: number,
): void {
  let interval = T1;
  let again: Timer;
  const repeat = () => {
    transaction.repeat();
    interval = Math.min(interval * 2, T2);
    again = ua.clock.setTimer(interval, repeat);
  };
  again = ua.clock.setTimer(interval, repeat);
  const giveUp = ua.clock.setTimer(TRANSACTION_TIMEOUT, () => {
    again.cancel();
    entry.unacknowledged = null;
    ua.tally.timeout();
    const bye = entry.heldBye;
    entry.heldBye = null;
    // 15: the callee may send its BYE now.
    if (bye !== null) bye();
    else endByAgent(ua, entry, 'ACK timeout');
  });
  entry.unacknowledged?.stop();
  entry.unacknowledged = {
    cseq,
    transaction,
    stop() {
      again.cancel();
      giveUp.cancel();
    },
  };
}
