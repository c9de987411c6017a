/**
 * Why something was refused, failed or ended, as a key that the screen translates.
 * The list is closed so that both languages can be complete; `detail` carries the exchange's own words
 * ("486 Busy Here", "Q.850 17"), which are shown beside the translation and never parsed.
 */
export const REASON_KEYS = [
  // how a call or an attempt ended
  'normal',
  'caller-gave-up',
  'answered-elsewhere',
  'busy',
  'no-answer',
  'unknown-number',
  'not-registered',
  'rejected',
  'forbidden',
  'congestion',
  'not-supported',
  'exchange-error',
  'timeout',
  'link-lost',
  'headset-lost',
  'returned',
  // why the link, line or headset phone is not in order
  'exchange-unreachable',
  'exchange-silent',
  'wrong-secret',
  'unknown-line',
  'agent-unreachable',
  'resumed-from-sleep',
  'address-changed',
  'stopped',
  // why a command was refused
  'call-gone',
  'call-moved-on',
  'no-headset',
  'nothing-waiting',
  'nothing-in-hand',
  'nothing-to-take-back',
  'already-pending',
  'call-in-hand',
  'bad-number',
  'bad-digits',
  'not-answered',
  'link-down',
  'capability-missing',
  // why the desk itself is degraded
  'store-failed',
  'store-newer',
] as const;

export type ReasonKey = (typeof REASON_KEYS)[number];

export type Reason = { readonly key: ReasonKey; readonly detail?: string };
