import type { Board, BoardCall } from '../../contract/board.ts';
import { act, dismissing, type Plan, refuse } from './decision.ts';
import { callOf, connectedCall, isInHand } from './desk.ts';
import { situationOf } from './situation.ts';
import { answer, mostUrgent, oldestHeldBySelf, retrieve } from './take-in-hand.ts';

function sides(board: Board): { source: BoardCall | null; destination: BoardCall | null } {
  return { source: callOf(board, board.source), destination: callOf(board, board.destination) };
}

/** Joins source and destination at any moment of a consultation, ringing too; the operator is out. */
export function complete(board: Board): Plan {
  const { source, destination } = sides(board);
  if (situationOf(board) !== 'consulting' || source === null || destination === null) {
    return refuse('nothing-in-hand');
  }
  const join = act(destination, { type: 'join', source: source.id, destination: destination.id });
  return join.ok ? { ...join, call: source.id } : join;
}

/** Back to the source: the consultation is released, a destination that failed is put away. */
export function reconnect(board: Board): Plan {
  const { source, destination } = sides(board);
  const situation = situationOf(board);
  if (source === null || destination === null) return refuse('nothing-in-hand');
  if (situation === 'destination-failed') {
    if (source.connection.state === 'held') return retrieve(board, source);
    return dismissing(act(source), destination);
  }
  if (situation !== 'consulting') return refuse('nothing-in-hand');
  const clear = destination.id;
  if (source.connection.state === 'connected') return act(source, { type: 'clear', call: clear });
  return act(source, { type: 'reconnect', call: source.id, clear });
}

export function swap(board: Board): Plan {
  const { source, destination } = sides(board);
  if (source === null || destination === null) return refuse('nothing-in-hand');
  const present = connectedCall(board);
  const other = present?.id === source.id ? destination : source;
  if (present === null || other.connection.state !== 'held') return refuse('not-answered');
  return act(other, { type: 'retrieve', call: other.id, hold: present.id });
}

/** F4. In a consultation the operator stays with the destination; one that failed goes with the source. */
export function releaseSource(board: Board): Plan {
  const { source } = sides(board);
  const situation = situationOf(board);
  if (source === null || situation === 'all-held') return refuse('nothing-in-hand');
  if (situation === 'call-failed') return dismissing(act(source), source);
  return act(source, { type: 'clear', call: source.id });
}

/** F5. The source stays held. */
export function releaseDestination(board: Board): Plan {
  const { destination } = sides(board);
  if (destination === null || situationOf(board) !== 'consulting') return refuse('nothing-in-hand');
  return act(destination, { type: 'clear', call: destination.id });
}

/** Hanging up (numpad −): what it means is the last column of the table. */
export function leave(board: Board): Plan {
  const { source } = sides(board);
  switch (situationOf(board)) {
    case 'consulting':
      return complete(board);
    case 'destination-failed':
      return reconnect(board);
    case 'call-failed':
      return dismissing(act(source), source);
    case 'talking':
    case 'calling':
      return source === null ? refuse('nothing-in-hand') : act(source, { type: 'clear', call: source.id });
    case 'nothing-in-hand':
    case 'all-held':
      return refuse('nothing-in-hand');
  }
}

/** Enter alone. */
export function enter(board: Board): Plan {
  const { source } = sides(board);
  switch (situationOf(board)) {
    case 'nothing-in-hand':
      return answer(board, mostUrgent(board));
    case 'all-held': {
      const waiting = mostUrgent(board);
      if (waiting !== null) return answer(board, waiting);
      const held = oldestHeldBySelf(board);
      return held === null ? refuse('nothing-waiting') : retrieve(board, held);
    }
    case 'consulting':
      return complete(board);
    case 'destination-failed':
      return reconnect(board);
    // Seen and put away; a call held by itself for it then returns.
    case 'call-failed':
      return dismissing(act(source), source);
    case 'talking':
    case 'calling':
      return refuse('call-in-hand');
  }
}

/** Holds by hand. In a consultation there is nothing to hold: the other side is held already. */
export function holdByHand(board: Board, named: BoardCall | null): Plan {
  const call = named ?? callOf(board, board.source);
  if (call === null) return refuse('nothing-in-hand');
  if (situationOf(board) === 'consulting') return refuse('call-in-hand');
  const { state } = call.connection;
  if (state === 'held') return refuse('call-moved-on');
  if (state !== 'connected') return refuse(isInHand(call) ? 'not-answered' : 'call-moved-on');
  return act(call, { type: 'hold', call: call.id, by: 'hand' });
}
