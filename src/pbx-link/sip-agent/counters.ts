/** Whole numbers since the start; the reasons are a small fixed set, never text from the network. */
export type AgentCounters = {
  /** SIP messages that came in, keep-alives not counted. */
  readonly received: number;
  readonly sent: number;
  /** Messages that could not be parsed, by the parser's reason. */
  readonly malformed: Readonly<Record<string, number>>;
  /** Requests that the agent itself answered with a failure, by status. */
  readonly refused: Readonly<Record<string, number>>;
  readonly retransmitted: number;
  /** Transactions that ended without an answer. */
  readonly timeouts: number;
  /** What could be neither answered nor passed on, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
};

export type AgentLogEntry = {
  readonly level: 'info' | 'warn' | 'error';
  readonly reason: string;
  /** How often this reason has been met since the start; entries are written at 1, 2, 4, 8 … */
  readonly count: number;
  readonly detail?: string;
};

export type Tally = {
  received(): void;
  sent(): void;
  retransmitted(): void;
  timeout(): void;
  malformed(reason: string, detail: string): void;
  refused(status: number, detail: string): void;
  dropped(reason: string, detail: string): void;
  /** Logs without counting into a figure. */
  note(level: AgentLogEntry['level'], reason: string, detail?: string): void;
  read(): AgentCounters;
};

/**
 * Counts, and logs each reason at its first and then at every power of two: a flood is seen in the log with its size
 * and does not become a flood of the log.
 */
export function createTally(log: (entry: AgentLogEntry) => void): Tally {
  const plain = { received: 0, sent: 0, retransmitted: 0, timeouts: 0 };
  const malformed: Record<string, number> = {};
  const refused: Record<string, number> = {};
  const dropped: Record<string, number> = {};
  const noted: Record<string, number> = {};

  function count(
    table: Record<string, number>,
    key: string,
    level: AgentLogEntry['level'],
    reason: string,
    detail?: string,
  ): void {
    const times = (table[key] ?? 0) + 1;
    table[key] = times;
    if ((times & (times - 1)) !== 0) return;
    log({ level, reason, count: times, ...(detail === undefined ? {} : { detail: detail.slice(0, 300) }) });
  }

  return {
    received: () => plain.received++,
    sent: () => plain.sent++,
    retransmitted: () => plain.retransmitted++,
    timeout: () => plain.timeouts++,
    malformed: (reason, detail) => count(malformed, reason, 'warn', `malformed: ${reason}`, detail),
    refused: (status, detail) => count(refused, String(status), 'info', `refused: ${status}`, detail),
    dropped: (reason, detail) => count(dropped, reason, 'warn', `dropped: ${reason}`, detail),
    note: (level, reason, detail) => count(noted, reason, level, reason, detail),
    read: () => ({ ...plain, malformed: { ...malformed }, refused: { ...refused }, dropped: { ...dropped } }),
  };
}
