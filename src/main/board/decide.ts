import type { Board } from '../../contract/board.ts';
import type { OperatorCommand } from '../../contract/operator-command.ts';
import { assertNever } from '../../pbx-link/model/assert-never.ts';
import type { CallId } from '../../pbx-link/model/call.ts';
import type { ExchangeCommand } from '../../pbx-link/model/exchange-command.ts';
import type { Issue } from './board-event.ts';
import { act, dismissing, type Plan, type Refusal, refuse } from './decision.ts';
import { callOf, connectedCall, type Desk, hasHeadset, touchesOf } from './desk.ts';
import { situationOf } from './situation.ts';
import {
  answer,
  consult,
  mostUrgent,
  placeCall,
  retrieve,
  sendDigits,
  takeBack,
  transfer,
} from './take-in-hand.ts';
import {
  complete,
  enter,
  holdByHand,
  leave,
  reconnect,
  releaseDestination,
  releaseSource,
  swap,
} from './two-sides.ts';

export type Decision = ({ readonly ok: true } & Issue) | Refusal;

/** Ways out work while another command is under way: nobody is kept on a line by a slow exchange. */
const WAYS_OUT: readonly OperatorCommand['type'][] = [
  'clear',
  'leave',
  'release-source',
  'release-destination',
  'reset-headset',
];

const NEED_HEADSET: readonly ExchangeCommand['type'][] = [
  'answer',
  'make-call',
  'retrieve',
  'reconnect',
  'take-back',
  'mute',
];

/**
 * What an operator's command comes to: commands for the exchange, or a refusal with its reason. `newId` names a call
 * that is to be made.
 */
export function decide(desk: Desk, command: OperatorCommand, newId: () => string): Decision {
  const { board } = desk;
  const wayOut = WAYS_OUT.includes(command.type);
  const aimed = aim(desk, command, wayOut);
  if (aimed !== null) return aimed;
  // A call is on its way out and not on the board yet: leaving now could end the wrong one.
  const unsure = command.type === 'leave' || command.type === 'release-destination';
  if (unsure && placing(desk)) return refuse('already-pending');
  const plan = planOf(desk, command, newId);
  if (!plan.ok) return plan;
  if ('call' in command && command.call !== undefined && plan.subject !== command.call) {
    return refuse('call-moved-on');
  }
  if ('expect' in command && command.expect !== undefined) {
    const state = stateOf(board, plan.subject);
    if (state === null) return refuse('call-gone');
    if (state !== command.expect) return refuse('call-moved-on');
  }
  const barred = plan.commands.map((one) => bar(desk, one, wayOut)).find((refusal) => refusal !== null);
  if (barred !== undefined) return barred;
  const { call, commands, placing: placed, dismiss } = plan;
  return { ok: true, command: command.type, call, commands, placing: placed, dismiss };
}

/** The state that `expect` is held against: of the connection, or of a call that left the desk. */
function stateOf(board: Board, id: CallId | null): string | null {
  const away = board.extended.find((one) => one.id === id);
  return callOf(board, id)?.connection.state ?? away?.state ?? null;
}

/** X5 before anything else: the call named exists, nothing else is under way with it, and it is as expected. */
function aim(desk: Desk, command: OperatorCommand, wayOut: boolean): Refusal | null {
  if (!('call' in command) || command.call === undefined) return null;
  const { call: id } = command;
  const call = callOf(desk.board, id);
  if (call === null && !desk.board.extended.some((one) => one.id === id)) {
    return refuse(desk.pending.some((one) => one.placing?.call === id) ? 'already-pending' : 'call-gone');
  }
  if (call === null && command.type !== 'take-back') return refuse('call-moved-on');
  if ('expect' in command && command.expect !== undefined && stateOf(desk.board, id) !== command.expect) {
    return refuse('call-moved-on');
  }
  const busy = desk.pending.some(({ touches }) => touches.includes(id));
  return busy && !wayOut ? refuse('already-pending') : null;
}

/** A call was asked for that the exchange has not shown yet. */
function placing({ pending }: Desk): boolean {
  return pending.some((one) => one.placing !== null && one.touches.length > 0);
}

function bar({ board, pending }: Desk, command: ExchangeCommand, wayOut: boolean): Refusal | null {
  if (board.link.state !== 'up') return refuse('link-down');
  const capability = board.capabilities[command.type];
  if (capability !== true) return { ok: false, reason: capability };
  if (NEED_HEADSET.includes(command.type) && !hasHeadset(board)) return refuse('no-headset');
  const touches = touchesOf(command);
  const busy = pending.some((other) => other.touches.some((touch) => touches.includes(touch)));
  return busy && !wayOut ? refuse('already-pending') : null;
}

function planOf(desk: Desk, command: OperatorCommand, newId: () => string): Plan {
  const { board } = desk;
  const named = 'call' in command ? callOf(board, command.call ?? null) : null;
  const situation = situationOf(board);
  switch (command.type) {
    case 'bind-headset':
      return act(null, { type: 'bind-headset' });
    case 'reset-headset':
      return board.headset.state === 'unbound'
        ? act(null, { type: 'bind-headset' })
        : act(null, { type: 'unbind-headset' }, { type: 'bind-headset' });
    case 'unbind-headset':
      return situation === 'nothing-in-hand' || situation === 'all-held'
        ? act(null, { type: 'unbind-headset' })
        : refuse('call-in-hand');
    case 'check-seat':
      return act(null, { type: 'check-seat' });
    case 'answer':
      return answer(board, named ?? mostUrgent(board));
    case 'reject':
      if (named?.connection.state !== 'queued') return refuse('call-moved-on');
      return act(named, { type: 'reject', call: named.id, cause: command.cause });
    case 'dial':
      return dial(desk, command.digits.toUpperCase(), newId);
    case 'call':
      return placeCall(board, command.number.toUpperCase(), newId);
    case 'consult':
      return consult(board, named ?? callOf(board, board.source), command.number.toUpperCase(), newId);
    case 'transfer':
      if (named !== null) return transfer(named, command.number.toUpperCase());
      if (situation === 'consulting' || situation === 'destination-failed') return refuse('call-in-hand');
      if (situation === 'all-held') return refuse('nothing-in-hand');
      return transfer(callOf(board, board.source), command.number.toUpperCase());
    case 'hold':
      return holdByHand(board, named);
    case 'retrieve':
      return retrieve(board, named);
    case 'swap':
      return situation === 'consulting' ? swap(board) : refuse('nothing-in-hand');
    case 'mute':
      if (command.on && connectedCall(board) === null) return refuse('nothing-in-hand');
      return act(connectedCall(board), { type: 'mute', on: command.on });
    case 'release-source':
      return releaseSource(board);
    case 'release-destination':
      return releaseDestination(board);
    case 'clear':
      if (named?.connection.state === 'failed') return dismissing(act(named), named);
      if (named === null) return refuse('call-gone');
      return named.connection.state === 'queued'
        ? act(named, { type: 'reject', call: named.id, cause: 'declined' })
        : act(named, { type: 'clear', call: named.id });
    case 'complete':
      return complete(board);
    case 'reconnect':
      return reconnect(board);
    case 'take-back':
      return command.call === undefined && situation !== 'nothing-in-hand'
        ? refuse('call-in-hand')
        : takeBack(board, command.call ?? null);
    case 'leave':
      return leave(board);
    case 'enter':
      return enter(board);
    case 'take':
      return named?.connection.state === 'queued' ? answer(board, named) : retrieve(board, named);
    case 'send-digits':
      return sendDigits(named ?? connectedCall(board), command.digits.toUpperCase());
    case 'flash': {
      const call = named ?? connectedCall(board);
      if (call === null) return refuse('nothing-in-hand');
      if (call.connection.state !== 'connected') return refuse('not-answered');
      return act(call, { type: 'flash', call: call.id });
    }
    case 'acknowledge':
      if (named?.connection.state !== 'failed') return refuse('call-moved-on');
      return dismissing(act(named), named);
    default:
      return assertNever(command);
  }
}

/** Digits, then Enter: the first column of the table. */
function dial({ board, policy }: Desk, digits: string, newId: () => string): Plan {
  const source = callOf(board, board.source);
  switch (situationOf(board)) {
    case 'nothing-in-hand':
    case 'all-held':
    case 'call-failed':
      return placeCall(board, digits, newId);
    case 'talking':
      return policy.dialInCall === 'transfer'
        ? transfer(source, digits)
        : consult(board, source, digits, newId);
    case 'destination-failed':
      return consult(board, source, digits, newId);
    // There they go into the call after + (send-digits).
    case 'consulting':
    case 'calling':
      return refuse('call-in-hand');
  }
}
