import { createWriteStream, openSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { redactSip } from './trace/redact-sip.ts';

/** The file and the one before it take at most this much each. */
const FILE_LIMIT_BYTES = 64 * 1024 * 1024;
/** What waits for the disk at most; beyond it entries are left out and counted. */
const WAITING_LIMIT_BYTES = 8 * 1024 * 1024;

export type TraceEntry = {
  readonly direction: 'in' | 'out';
  readonly transport: 'udp' | 'tcp';
  readonly peer: string;
  readonly bytes: Buffer;
  /** Milliseconds since the epoch. */
  readonly at: number;
};

/** Told of a trace that cannot be kept. */
export type TraceLog = (level: 'warn' | 'error', message: string, fields?: Record<string, unknown>) => void;

export type Trace = {
  write(entry: TraceEntry): void;
  /** Settles when everything is on its way to the disk. */
  close(): Promise<void>;
};

/**
 * Writes SIP messages without their secrets to a file that its owner alone can read. When it is full it becomes
 * `FILE.1` and a new one begins, so the newest messages are kept. Throws when the file cannot be opened.
 */
export function openTrace(file: string, log: TraceLog, fileLimit: number = FILE_LIMIT_BYTES): Trace {
  let stream = begin('a');
  let written = statSync(file).size;
  let leftOut = 0;

  function begin(flags: 'a' | 'w'): WriteStream {
    const fresh = createWriteStream(file, { fd: openSync(file, flags, 0o600) });
    fresh.on('error', (error) => log('error', 'the trace cannot be written', { error: error.message }));
    return fresh;
  }

  function turn(): void {
    try {
      renameSync(file, `${file}.1`);
      const full = stream;
      stream = begin('w');
      full.end();
      written = 0;
    } catch (error) {
      log('error', 'the trace cannot be turned over', { error: String(error) });
    }
  }

  return {
    write({ direction, transport, peer, bytes, at }) {
      if (stream.writableLength > WAITING_LIMIT_BYTES) {
        leftOut += 1;
        if ((leftOut & (leftOut - 1)) === 0) log('warn', 'the trace leaves messages out', { leftOut });
        return;
      }
      const arrow = direction === 'in' ? '<-' : '->';
      const text = `${new Date(at).toISOString()} ${arrow} ${transport} ${peer}\r\n${redactSip(bytes.toString('utf8'))}\r\n\r\n`;
      const size = Buffer.byteLength(text);
      if (written > 0 && written + size > fileLimit) turn();
      written += size;
      stream.write(text);
    },
    close: () => new Promise((resolve) => stream.end(() => resolve())),
  };
}
