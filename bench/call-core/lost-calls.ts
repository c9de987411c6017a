import Sqlite from 'better-sqlite3';
import type { Arrival } from './latencies.ts';

/** A row of the call log, as far as it tells whether a call was lost. */
export type LoggedCall = {
  readonly call: string;
  readonly endedAt: number | null;
  readonly cause: string | null;
};

export type LossReason =
  | 'never delivered by the link'
  | 'never a row of the board'
  | 'not in the call log'
  | 'not ended in the call log'
  | 'without a cause in the call log'
  | 'not served in time';

export type LostCall = { readonly callId: string; readonly reason: LossReason };

/** Every call of a console's database that came in. Throws Error when the file cannot be read. */
export function readLoggedCalls(file: string): readonly LoggedCall[] {
  const database = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    return database
      .prepare("SELECT call, ended_at AS endedAt, cause FROM calls WHERE direction = 'in'")
      .all() as LoggedCall[];
  } finally {
    database.close();
  }
}

/**
 * The calls that came to the console's socket and were lost, each with the first thing that it lacked: its row on the
 * board, its end and cause in the log, or, of those in `late` (by their name on the board), being served in time.
 */
export function lostCalls(
  arrivals: readonly Arrival[],
  logged: readonly LoggedCall[],
  late: ReadonlySet<string>,
): readonly LostCall[] {
  const rows = new Map(logged.map((row) => [row.call, row]));
  return arrivals.flatMap(({ callId, call, rowAt }) => {
    const row = call === null ? undefined : rows.get(call);
    const reason = whyLost(call, rowAt, row, late);
    return reason === null ? [] : [{ callId, reason }];
  });
}

function whyLost(
  call: string | null,
  rowAt: bigint | null,
  row: LoggedCall | undefined,
  late: ReadonlySet<string>,
): LossReason | null {
  if (call === null) return 'never delivered by the link';
  if (rowAt === null) return 'never a row of the board';
  if (late.has(call)) return 'not served in time';
  if (row === undefined) return 'not in the call log';
  if (row.endedAt === null) return 'not ended in the call log';
  if (row.cause === null) return 'without a cause in the call log';
  return null;
}

/** `reason: count`, one each; empty when nothing was lost. */
export function tellLost(lost: readonly LostCall[]): readonly string[] {
  const counts = new Map<LossReason, number>();
  for (const { reason } of lost) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `lost, ${reason}: ${count}`);
}
