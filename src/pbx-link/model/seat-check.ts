import type { Reason } from './reason.ts';

/** What the seat needs on the exchange before the first shift (row B1). */
export const SEAT_CHECK_NAMES = [
  'calls-wait',
  'transfer-inside',
  'transfer-outside',
  'take-back',
  'break-in',
  'break-in-level',
] as const;

export type SeatCheckName = (typeof SEAT_CHECK_NAMES)[number];

export type SeatCheckItem = {
  readonly name: SeatCheckName;
  readonly result: 'ok' | 'missing' | 'unknown';
  readonly reason?: Reason;
};
