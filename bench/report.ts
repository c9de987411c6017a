import { cpus, loadavg, release, totalmem, type } from 'node:os';
import type { BenchResult } from './bench.ts';

/** The machine in one line: figures mean nothing without it. */
export function machineLine(): string {
  const processors = cpus();
  const model = processors[0]?.model.replace(/\s+/g, ' ').trim() || 'unknown processor';
  const memory = `${(totalmem() / 2 ** 30).toFixed(1)} GiB`;
  return `${model}, ${processors.length} cores, ${memory}, ${type()} ${release()}, Node ${process.version}`;
}

/**
 * How busy the machine was before the bench began, over 1, 5 and 15 minutes: figures of a busy one are its own. Null
 * where the system does not tell.
 */
export function loadLine(averages: readonly number[] = loadavg()): string | null {
  if (averages.every((average) => average === 0)) return null;
  return `load average before: ${averages.map((average) => average.toFixed(2)).join(', ')}`;
}

/** One line of JSON. */
export function jsonLine(name: string, machine: string, result: BenchResult): string {
  return JSON.stringify({ name, machine, runs: result.runs ?? 5, figures: result.figures });
}

/** A table for reading: a figure a line, the numbers under each other by their points, the p50 after its p99. */
export function table(result: BenchResult): readonly string[] {
  const rows = Object.entries(result.figures).map(([name, value]) => {
    const p50 = result.p50?.[name];
    return { name, text: readable(value), beside: p50 === undefined ? '' : `p50 ${readable(p50)}` };
  });
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const before = (text: string) => text.split('.')[0]?.length ?? 0;
  const pointAt = Math.max(...rows.map(({ text }) => before(text)));
  const aligned = rows.map((row) => ({
    ...row,
    text: `${' '.repeat(pointAt - before(row.text))}${row.text}`,
  }));
  const textWidth = Math.max(...aligned.map(({ text }) => text.length));
  return [
    ...aligned.map(
      ({ name, text, beside }) =>
        `${name.padEnd(nameWidth)}  ${beside === '' ? text : `${text.padEnd(textWidth)}  ${beside}`}`,
    ),
    `(medians of ${result.runs ?? 5} runs)`,
    ...(result.notes ?? []),
  ];
}

/** Three figures that count, none of them after the point once the number is large. */
function readable(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const places = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(places, 6));
}
