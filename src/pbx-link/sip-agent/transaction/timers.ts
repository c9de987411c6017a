/** Round-trip time estimate, RFC 3261 17.1.1.1. Milliseconds, as all here. */
export const T1 = 500;
/** Longest interval between retransmissions of a non-INVITE request or of an INVITE's response, RFC 3261 17.1.2.2. */
export const T2 = 4_000;
/** Longest time that a message stays in the network, RFC 3261 17.1.2.2. */
export const T4 = 5_000;

/** Timers B, F, H, J (RFC 3261 table 4), L and M (RFC 6026 8.11, 8.4): the life of a transaction without an answer. */
export const TRANSACTION_TIMEOUT = 64 * T1;

/** Timer D over UDP: the RFC asks for more than 32 s, RFC 3261 17.1.1.2. */
export const TIMER_D = 32_500;

/**
 * The timers of RFC 3261 table 4 and RFC 6026; `cancelled` is the wait of 9.1 for the final response to an INVITE that
 * was cancelled. Timer C (16.6) is a proxy's and this agent is none: how long an INVITE may ring is the application's
 * decision, which it makes with CANCEL.
 */
export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M' | 'cancelled';
