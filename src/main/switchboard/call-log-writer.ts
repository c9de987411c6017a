import type { CallLogWrite } from '../../contract/call-log.ts';
import type { Clock } from '../../pbx-link/model/clock.ts';
import type { Log } from '../../pbx-link/model/log.ts';
import type { Reason } from '../../pbx-link/model/reason.ts';

/** Entries kept while the store fails; a day of a busy desk is some thousands. */
const BUFFER_LIMIT = 20_000;
const BATCH = 200;
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 30_000;

export type CallLogWriterOptions = {
  readonly write: (entries: readonly CallLogWrite[]) => Promise<void>;
  /** What a failure of the store is to be called on the board. */
  readonly reasonOf: (error: unknown) => Reason;
  readonly clock: Clock;
  readonly log: Log;
  /** Told when writing begins to fail (with the reason) and when it works again (null). */
  readonly onDegraded: (reason: Reason | null) => void;
};

export type CallLogWriter = {
  append(entries: readonly CallLogWrite[]): void;
  /** Tries once more to write what is left; settles when that is done or has failed. */
  flush(): Promise<void>;
};

/** Writes entries in their order, after the board was published; a failing store never holds up a call. */
export function createCallLogWriter(options: CallLogWriterOptions): CallLogWriter {
  const { write, reasonOf, clock, log, onDegraded } = options;
  let buffer: CallLogWrite[] = [];
  let dropped = 0;
  let degraded = false;
  let retryMs = RETRY_MS;
  let cancelRetry: (() => void) | null = null;
  let writing: Promise<void> | null = null;

  async function writeAll(): Promise<void> {
    while (buffer.length > 0) {
      const batch = buffer.slice(0, BATCH);
      try {
        await write(batch);
      } catch (error) {
        const reason = reasonOf(error);
        log('error', 'the call log cannot be written', { reason, kept: buffer.length });
        degraded = true;
        onDegraded(reason);
        cancelRetry = clock.after(retryMs, () => {
          cancelRetry = null;
          void run();
        });
        retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
        return;
      }
      const last = batch.at(-1)?.seq ?? 0;
      buffer = buffer.filter(({ seq }) => seq > last);
      if (!degraded) continue;
      degraded = false;
      retryMs = RETRY_MS;
      log('info', 'the call log is written again');
      onDegraded(null);
    }
  }

  function stopRetry(): void {
    cancelRetry?.();
    cancelRetry = null;
  }

  function run(): Promise<void> {
    writing ??= writeAll().finally(() => {
      writing = null;
    });
    return writing;
  }

  return {
    append(entries) {
      buffer.push(...entries);
      const excess = buffer.length - BUFFER_LIMIT;
      if (excess > 0) {
        buffer = buffer.slice(excess);
        dropped += excess;
        log('error', 'entries of the call log were lost: too many wait for the store', { dropped });
      }
      if (cancelRetry === null && buffer.length > 0) void run();
    },
    async flush() {
      await writing;
      stopRetry();
      if (buffer.length > 0) await run();
      stopRetry();
      if (buffer.length > 0) log('error', 'entries of the call log are lost', { lost: buffer.length });
    },
  };
}
