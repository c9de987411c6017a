import type { Board } from '../../contract/board.ts';
import { callOf, isInHand } from './desk.ts';

/**
 * The rows of the table "Situation and key", and two that it leaves to sense: `calling` (a first call is being made)
 * and `call-failed` (it came to nothing).
 */
export type Situation =
  | 'nothing-in-hand'
  | 'calling'
  | 'talking'
  | 'consulting'
  | 'destination-failed'
  | 'call-failed'
  | 'all-held';

export function situationOf(board: Board): Situation {
  const source = callOf(board, board.source);
  const destination = callOf(board, board.destination);
  if (destination?.connection.state === 'failed') return 'destination-failed';
  if (destination !== null && (isInHand(destination) || (source !== null && isInHand(source)))) {
    return 'consulting';
  }
  switch (source?.connection.state) {
    case 'connected':
      return 'talking';
    case 'initiated':
    case 'alerting':
      return 'calling';
    case 'failed':
      return 'call-failed';
    default:
      return board.calls.some(({ connection }) => connection.state === 'held')
        ? 'all-held'
        : 'nothing-in-hand';
  }
}
