/**
 * Loaded into the console's process by `--import`: writes down when a datagram or a frame is handed over, as JSON
 * lines in the file that CORDBOARD_PROBE names. It is the only part of the bench that runs there, and it only copies
 * a few fields; the file is written when the process ends or the buffer is large.
 */
import diagnostics from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';

const file = process.env.CORDBOARD_PROBE;
const lines: string[] = [];

function flush(): void {
  if (file && lines.length > 0) appendFileSync(file, lines.splice(0).join(''));
}

function note(kind: string) {
  return (message: unknown): void => {
    const { bytes: _bytes, ...fields } = message as Record<string, unknown>;
    lines.push(
      `${JSON.stringify({ kind, ...fields }, (_key, value) => (typeof value === 'bigint' ? String(value) : value))}\n`,
    );
    if (lines.length > 200_000) flush();
  };
}

if (file) {
  const names = ['sip:received', 'sip:sent', 'sip-link:delivered', 'contract:received', 'contract:sent'];
  for (const name of names) {
    diagnostics.subscribe(`cordboard:${name}`, note(name));
  }
  process.on('exit', flush);
}
