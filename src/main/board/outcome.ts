import type { ExtendedCall, Outcome } from '../../contract/board.ts';
import type { CallId, Recall } from '../../pbx-link/model/call.ts';
import type { ExchangeCommand } from '../../pbx-link/model/exchange-command.ts';
import type { Reason, ReasonKey } from '../../pbx-link/model/reason.ts';
import { withBoard } from './change.ts';
import type { Desk } from './desk.ts';

// Transfer, join and call are done for the link as soon as the exchange has taken them. What came of them shows when
// the call comes back or fails, and then the command's outcome is put right (X5).

export const OUTCOMES_KEPT = 50;

const REASON_OF_RECALL: Readonly<Record<Recall['reason'], ReasonKey>> = {
  busy: 'busy',
  'no-answer': 'no-answer',
  unreachable: 'not-registered',
  park: 'returned',
  returned: 'returned',
};

export function setOutcome(desk: Desk, id: string, change: Pick<Outcome, 'outcome' | 'reason' | 'at'>): Desk {
  return withBoard(desk, {
    outcomes: desk.board.outcomes.map((one) => (one.id === id ? { ...one, ...change } : one)),
  });
}

/** Follows a command that sends a call away or makes one; of several with one call the newest. */
export function follow(desk: Desk, id: string, commands: readonly ExchangeCommand[]): Desk {
  const call = commands.map(followedCall).find((one) => one !== null);
  if (call === undefined) return desk;
  const kept = desk.followed.filter(
    (one) =>
      (one.call !== call || one.failure !== null) &&
      desk.board.outcomes.some((outcome) => outcome.id === one.id),
  );
  return { ...desk, followed: [...kept, { id, call, failure: null }] };
}

function followedCall(command: ExchangeCommand): CallId | null {
  if (command.type === 'join') return command.source;
  return command.type === 'transfer' || command.type === 'make-call' ? command.call : null;
}

/** The call tells that the command came to nothing after all: its outcome is refused, now or when it is settled. */
export function failLater(desk: Desk, call: CallId, reason: Reason, at: number): Desk {
  const followed = desk.followed.findLast((one) => one.call === call && one.failure === null);
  if (followed === undefined) return desk;
  const { id } = followed;
  const outcome = desk.board.outcomes.find((one) => one.id === id)?.outcome;
  const others = desk.followed.filter((one) => one !== followed);
  const awaiting = { ...desk, followed: [...others, { ...followed, failure: reason }] };
  if (outcome === 'pending') return awaiting;
  if (outcome !== 'done' && outcome !== 'unknown') return { ...desk, followed: others };
  const settled = outcome === 'done' ? { ...desk, followed: others } : awaiting;
  return setOutcome(settled, id, { outcome: 'refused', reason, at });
}

/**
 * A call that had left is back. Where the exchange does not say that the target failed, a call that was answered there
 * was transferred all the same.
 */
export function cameBack(desk: Desk, call: CallId, from: ExtendedCall | null, recall: Recall | null): Desk {
  if (from === null && recall === null) return desk;
  const key = recall === null ? 'returned' : REASON_OF_RECALL[recall.reason];
  if (key === 'returned' && from?.state === 'answered') return desk;
  return failLater(desk, call, { key }, desk.board.at);
}
