import type { Issue } from './board-event.ts';
import { connectedCall, type Desk, hasHeadset, isInHand } from './desk.ts';
import { heldBySelf } from './take-in-hand.ts';

/**
 * What the desk does by itself after an event. It looks at the state, not at the event, so that nothing is missed
 * when events come in another order; what it asks for is pending until it is settled, so nothing is asked twice. It asks
 * for nothing that the exchange cannot do.
 */
export function followUp(before: Desk, after: Desk): readonly Issue[] {
  if (after.board.link.state !== 'up') return [];
  return [
    ...bindAtStart(before, after),
    ...checkSeat(before, after),
    ...endMute(before, after),
    ...returnHeld(after),
  ].filter(({ commands }) => commands.every(({ type }) => after.board.capabilities[type] === true));
}

/** B1: the headset phone is bound once when the line first comes up; one that the operator puts down stays down. */
function bindAtStart(before: Desk, after: Desk): readonly Issue[] {
  const { board, policy, boundOnce } = after;
  if (!policy.bindAtStart || boundOnce || !comesUp(before, after)) return [];
  if (board.headset.state === 'bound' || isBusy(after, '#headset')) return [];
  return [issue('bind-headset', null, { type: 'bind-headset' })];
}

/** B1: before the first shift the exchange is asked for what the seat needs; after that only the operator asks. */
function checkSeat(before: Desk, after: Desk): readonly Issue[] {
  if (after.board.seat.checkedAt !== null || !comesUp(before, after) || isBusy(after, '#seat')) return [];
  return [issue('check-seat', null, { type: 'check-seat' })];
}

function comesUp(before: Desk, after: Desk): boolean {
  const ready = ({ board: { line, link } }: Desk) => link.state === 'up' && line.state === 'registered';
  return ready(after) && !ready(before);
}

/** B27: mute ends by itself with the call. */
function endMute(before: Desk, after: Desk): readonly Issue[] {
  const ended = connectedCall(before.board) !== null && connectedCall(after.board) === null;
  if (!ended || !after.board.headset.muted || isBusy(after, '#mute')) return [];
  if (!hasHeadset(after.board)) return [];
  return [issue('mute', null, { type: 'mute', on: false })];
}

/** B24: the last call held by itself returns when the call in hand is over. */
function returnHeld(desk: Desk): readonly Issue[] {
  const { board, returnDue } = desk;
  if (!returnDue || !hasHeadset(board) || isBusy(desk, '#hand')) return [];
  if (board.calls.some((call) => isInHand(call) || call.connection.state === 'failed')) return [];
  const next = heldBySelf(board)
    .filter(({ stale }) => !stale)
    .at(-1);
  if (next === undefined || isBusy(desk, next.id)) return [];
  return [issue('retrieve', next.id, { type: 'retrieve', call: next.id, hold: null })];
}

function isBusy({ pending }: Desk, touch: string): boolean {
  return pending.some(({ touches }) => touches.includes(touch));
}

function issue(command: Issue['command'], call: Issue['call'], ...commands: Issue['commands']): Issue {
  return { command, call, commands, placing: null, dismiss: [] };
}
