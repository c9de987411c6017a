import { createRequire } from 'node:module';
import { parseOptionTags } from '../src/pbx-link/sip-agent/message/header-grammar.ts';
import { parseSipMessage } from '../src/pbx-link/sip-agent/message/parse-message.ts';
import { INVALID } from '../src/pbx-link/sip-agent/message/rfc4475/invalid.ts';
import { SEMANTIC } from '../src/pbx-link/sip-agent/message/rfc4475/semantic.ts';
import { VALID } from '../src/pbx-link/sip-agent/message/rfc4475/valid.ts';
import { headerOf, headersOf } from '../src/pbx-link/sip-agent/message/sip-message.ts';
import { HOSTILE_FAMILIES } from '../src/pbx-link/sip-agent/message/testing/hostile-messages.ts';
import { mutate, seededDice } from '../src/pbx-link/sip-agent/message/testing/mutations.ts';
import { SAMPLE_MESSAGES } from '../src/pbx-link/sip-agent/message/testing/sample-messages.ts';
import type { BenchResult } from './bench.ts';
import { median, percentile } from './statistics.ts';
import { turns } from './turns.ts';

/** Times of our parser beside those of the npm packages `sip` and `jssip` on the same messages. */
export type ParseFigures = {
  /** Microseconds from bytes to every header that a SIP link reads, a message: median of the runs' p50. */
  readonly parseUs: number;
  readonly parseUsSip: number;
  readonly parseUsJssip: number;
  /** Milliseconds of our parser for the worst of all seeded mutations and hostile messages up to 64 KiB. */
  readonly worstMs: number;
};

/** Reads one message and tells how many values of its headers it read, so that nothing can be left out. */
type Reader = (bytes: Buffer) => number;

/** Rounds of a run; in each every reader has one slice. A multiple of the orders of three readers. */
const ROUNDS = 60;
/**
 * How often a slice reads all samples: half a millisecond of ours, so that most slices run undisturbed even on a busy
 * machine, and the clock still counts for nothing.
 */
const SAMPLES_PER_SLICE = 10;
/** How often it reads them before, untimed: the caches are full of what the reader before it left there. */
const SAMPLES_BEFORE_SLICE = 3;
const WARM_UP = 18_000;
const MUTATIONS = 12_000;
const SEED = 4475;

/** The parser reads most of these to check the message; the lists of option tags are asked for. */
function readOurs(bytes: Buffer): number {
  const result = parseSipMessage(bytes);
  if (!result.ok) throw new Error(result.error.reason);
  const { message, parsed } = result;
  const { vias, from, to, callId, cseq, contacts, routes, recordRoutes, contentType } = parsed;
  let read = vias.length + contacts.length + routes.length + recordRoutes.length;
  for (const value of [from, to, callId, cseq, contentType]) if (value !== null) read++;
  for (const value of headersOf(message, 'Require')) read += parseOptionTags(value).length;
  for (const value of headersOf(message, 'Supported')) read += parseOptionTags(value).length;
  if (headerOf(message, 'Expires') !== undefined) read++;
  return read;
}

type SipPackage = { parse(bytes: Buffer): { headers: Record<string, unknown> } | undefined };

/** The package parses all of these at once, but for the lists of option tags. */
function sipReader(sip: SipPackage): Reader {
  return (bytes) => {
    const headers = sip.parse(bytes)?.headers;
    if (headers === undefined) throw new Error('not read by sip');
    let read = 0;
    for (const name of ['via', 'contact', 'route', 'record-route']) {
      const values = headers[name];
      if (Array.isArray(values)) read += values.length;
    }
    for (const name of ['from', 'to', 'cseq', 'call-id', 'content-type', 'expires']) {
      if (headers[name] !== undefined) read++;
    }
    for (const name of ['require', 'supported']) {
      const value = headers[name];
      if (typeof value === 'string') read += value.split(/\s*,\s*/).length;
    }
    return read;
  };
}

type JssipMessage = {
  hasHeader(name: string): boolean;
  getHeader(name: string): string | undefined;
  getHeaders(name: string): string[];
  parseHeader(name: string, index?: number): unknown;
};
type JssipParser = { parseMessage(text: string, ua: object): JssipMessage | undefined };

/** The package parses most of these as it goes; the further Vias, routes and lists of option tags are asked for. */
function jssipReader(parser: JssipParser): Reader {
  return (bytes) => {
    const message = parser.parseMessage(bytes.toString('utf8'), {});
    if (message === undefined) throw new Error('not read by jssip');
    let read = 0;
    for (const name of ['via', 'contact', 'route', 'record-route']) {
      const { length } = message.getHeaders(name);
      for (let index = 0; index < length; index++) if (message.parseHeader(name, index) !== undefined) read++;
    }
    for (const name of ['from', 'to', 'cseq', 'call-id', 'content-type']) {
      if (message.hasHeader(name) && message.parseHeader(name) !== undefined) read++;
    }
    if (message.getHeader('expires') !== undefined) read++;
    for (const name of ['require', 'supported']) {
      for (const value of message.getHeaders(name)) read += value.split(/\s*,\s*/).length;
    }
    return read;
  };
}

/** Microseconds a message over `count` messages, the samples in turn. */
function timePerMessage(reader: Reader, count: number): number {
  const began = process.hrtime.bigint();
  for (let i = 0; i < count; i++)
    reader((SAMPLE_MESSAGES[i % SAMPLE_MESSAGES.length] as { bytes: Buffer }).bytes);
  return Number(process.hrtime.bigint() - began) / 1_000 / count;
}

/** Every reader must read as many values of every sample, else the times would not be of the same work. */
function assertSameWork(readers: readonly Reader[]): void {
  for (const { name, bytes } of SAMPLE_MESSAGES) {
    const counts = new Set(readers.map((read) => read(bytes)));
    if (counts.size !== 1) throw new Error(`${name}: the parsers read ${[...counts].join(', ')} values`);
  }
}

/** The longest time of any message, each taken as the least of three, so that it is the parser's own. */
function worstOf(messages: Iterable<Buffer>): number {
  let worst = 0;
  for (const bytes of messages) {
    let least = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 3 && least > worst; run++) {
      const began = performance.now();
      parseSipMessage(bytes);
      least = Math.min(least, performance.now() - began);
    }
    worst = Math.max(worst, least);
  }
  return worst;
}

function* mutations(): Generator<Buffer> {
  const dice = seededDice(SEED);
  const corpus = [...SAMPLE_MESSAGES, ...VALID, ...INVALID, ...SEMANTIC];
  for (let i = 0; i < MUTATIONS; i++)
    yield mutate((corpus[i % corpus.length] as { bytes: Buffer }).bytes, dice);
  for (const { of } of HOSTILE_FAMILIES) {
    for (let size = 1_024; size <= 65_536; size *= 2) yield of(size - 512).subarray(0, 65_536);
  }
}

/**
 * Measures our parser and the two packages in the same process, slice by slice in changing order; takes some twenty
 * seconds. The p50 leaves out the slices that a garbage collection struck, so what each costs with them is told too.
 */
export async function benchParse(
  runs: number,
): Promise<{ readonly figures: ParseFigures; readonly notes: NonNullable<BenchResult['notes']> }> {
  const require = createRequire(import.meta.url);
  const readers: readonly Reader[] = [
    readOurs,
    sipReader(require('sip') as SipPackage),
    jssipReader(require('jssip/lib/Parser.js') as JssipParser),
  ];
  assertSameWork(readers);
  for (const reader of readers) timePerMessage(reader, WARM_UP);
  const slice = SAMPLES_PER_SLICE * SAMPLE_MESSAGES.length;
  const before = SAMPLES_BEFORE_SLICE * SAMPLE_MESSAGES.length;
  const cpu = readers.map(() => 0);
  const p50s: number[][] = readers.map(() => []);
  for (let run = 0; run < runs; run++) {
    const times: number[][] = readers.map(() => []);
    for (const order of turns(readers.length, ROUNDS)) {
      for (const index of order) {
        const reader = readers[index] as Reader;
        const began = process.cpuUsage();
        timePerMessage(reader, before);
        times[index]?.push(timePerMessage(reader, slice));
        const { user, system } = process.cpuUsage(began);
        cpu[index] = (cpu[index] ?? 0) + user + system;
      }
    }
    for (const [index, values] of times.entries()) p50s[index]?.push(percentile(values, 50));
  }
  const [parseUs = 0, parseUsSip = 0, parseUsJssip = 0] = p50s.map(median);
  const [ours, sip, jssip] = cpu.map((total) => (total / (runs * ROUNDS * (before + slice))).toFixed(1));
  return {
    figures: { parseUs, parseUsSip, parseUsJssip, worstMs: worstOf(mutations()) },
    notes: [`µs of CPU a message with garbage collection: ours ${ours}, sip ${sip}, jssip ${jssip}`],
  };
}

if (import.meta.main) console.log(JSON.stringify(await benchParse(7)));
