import type { Outcome } from '../../contract/board.ts';
import type { ExchangeCommand } from '../../pbx-link/model/exchange-command.ts';
import type { BoardEvent, Reduced } from './board-event.ts';
import { dismissCall, withBoard } from './change.ts';
import { type Desk, touchesOf } from './desk.ts';
import { follow, OUTCOMES_KEPT, setOutcome } from './outcome.ts';

/** The operator lifts the headset phone by hand where it does not go hands-free by itself. */
const LIFT_MS = 60_000;
const DIGIT_MS = 500;
const PAUSE_MS = 1_000;
/** How long an extended call that is finished stays to be seen. */
export const EXTENDED_KEPT_MS = 60_000;

type Issued = Extract<BoardEvent, { type: 'command-issued' }>;
type Settled = Extract<BoardEvent, { type: 'command-settled' }>;

/** A command goes out. One that needs nothing of the exchange is done at once. */
export function reduceIssued(desk: Desk, event: Issued): Reduced {
  const { id, by, command, call, commands, placing, at } = event;
  const outcome: Outcome = {
    id,
    type: command,
    by,
    call,
    at,
    outcome: commands.length === 0 ? 'done' : 'pending',
    reason: null,
  };
  const dismissed = event.dismiss.reduce(dismissCall, desk);
  const shown = withBoard(dismissed, {
    outcomes: [...dismissed.board.outcomes, outcome].slice(-OUTCOMES_KEPT),
  });
  const told = follow(shown, id, commands);
  // What takes the hand settles who is in it; only a dismissal leaves it open.
  const takesHand = commands.some((one) => touchesOf(one).includes('#hand'));
  if (commands.length === 0) return legal(told);
  return legal({
    ...told,
    returnDue: takesHand ? false : told.returnDue,
    pending: [
      ...told.pending,
      {
        id,
        by,
        commands,
        placing,
        touches: commands.flatMap(touchesOf),
        deadline: at + Math.max(...commands.map((one) => patienceMs(one, desk.policy.commandSeconds))),
      },
    ],
  });
}

/** How long a command may be under way: most are a round trip, these wait for people or for pauses asked for. */
function patienceMs(command: ExchangeCommand, commandSeconds: number): number {
  const plain = commandSeconds * 1000;
  if (command.type === 'bind-headset') return Math.max(plain, LIFT_MS);
  if (command.type !== 'send-digits') return plain;
  return plain + command.digits.length * DIGIT_MS + command.digits.split(',').length * PAUSE_MS;
}

/** The link's answer. It is taken even when the command's time was up: a late truth is better than `unknown`. */
export function reduceSettled(desk: Desk, event: Settled): Reduced | null {
  const outcome = desk.board.outcomes.find(({ id }) => id === event.id);
  const pending = desk.pending.find(({ id }) => id === event.id);
  if (outcome === undefined && pending === undefined) return null;
  const failure = desk.followed.find(({ id }) => id === event.id)?.failure ?? null;
  const others = desk.followed.filter(({ id }) => id !== event.id);
  if (outcome !== undefined && outcome.outcome !== 'pending' && outcome.outcome !== 'unknown') {
    if (failure === null) return null;
    // Its time was up, and the call itself has told meanwhile what came of it.
    return { desk: { ...desk, followed: others }, verdict: 'ignored', note: 'the call has told the outcome' };
  }
  const { result, at } = event;
  const refused = result.outcome === 'refused';
  const reason = refused ? result.reason : failure;
  const told = {
    ...setOutcome(desk, event.id, { outcome: reason === null ? 'done' : 'refused', reason, at }),
    followed: reason === null ? desk.followed : others,
  };
  // The present call was held for a command that came to nothing: it returns (B24). A retrieve that the desk itself
  // gave is not tried for ever.
  const tookHand = pending?.by === 'operator' && pending.touches.includes('#hand');
  return legal({
    ...told,
    returnDue: told.returnDue || (refused && tookHand),
    pending: told.pending.filter(({ id }) => id !== event.id),
  });
}

/** What is due by the clock: outcomes whose time is up, hold recalls, finished extended calls. */
export function reduceClock(desk: Desk, at: number): Reduced {
  const late = desk.pending.filter(({ deadline }) => deadline <= at);
  const told = late.reduce((next, { id }) => {
    const failure = desk.followed.find((one) => one.id === id)?.failure ?? null;
    return failure === null
      ? setOutcome(next, id, { outcome: 'unknown', reason: { key: 'timeout' }, at })
      : setOutcome(next, id, { outcome: 'refused', reason: failure, at });
  }, desk);
  const { calls, extended } = told.board;
  return legal({
    ...withBoard(told, {
      calls: calls.map((call) =>
        call.recallDueAt !== null && call.recallDueAt <= at && !call.recalling
          ? { ...call, recalling: true }
          : call,
      ),
      extended: extended.filter(({ state, since }) => state === 'ringing' || since + EXTENDED_KEPT_MS > at),
    }),
    pending: told.pending.filter((pending) => !late.includes(pending)),
  });
}

/** When the next clock event is due, in milliseconds since the epoch; null: nothing waits for the clock. */
export function nextClock({ board, pending }: Desk): number | null {
  const due = [
    ...pending.map(({ deadline }) => deadline),
    ...board.calls.flatMap(({ recallDueAt, recalling }) =>
      recallDueAt === null || recalling ? [] : [recallDueAt],
    ),
    ...board.extended.flatMap(({ state, since }) => (state === 'ringing' ? [] : [since + EXTENDED_KEPT_MS])),
  ];
  return due.length === 0 ? null : Math.min(...due);
}

const legal = (desk: Desk): Reduced => ({ desk, verdict: 'legal', note: null });
