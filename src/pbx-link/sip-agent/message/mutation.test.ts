import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { parseVia } from './header-grammar.ts';
import { MAX_MESSAGE_BYTES } from './limits.ts';
import { type ParseResult, parseSipMessage } from './parse-message.ts';
import { INVALID } from './rfc4475/invalid.ts';
import { SEMANTIC } from './rfc4475/semantic.ts';
import { VALID } from './rfc4475/valid.ts';
import { serializeSipMessage } from './serialize-message.ts';
import { headerOf, type SipMessage } from './sip-message.ts';
import { HOSTILE_FAMILIES } from './testing/hostile-messages.ts';
import { mutate, seededDice } from './testing/mutations.ts';
import { SAMPLE_MESSAGES } from './testing/sample-messages.ts';

/** The parser of drachtio-srf, which reads every message after ours. */
type SrfMessage = { readonly headers: Record<string, string>; getParsedHeader(name: string): unknown };
const Srf: new (text: string) => SrfMessage = createRequire(import.meta.url)(
  'drachtio-srf/lib/sip-parser/message.js',
);

const CORPUS = [...SAMPLE_MESSAGES, ...VALID, ...INVALID, ...SEMANTIC];
const SEED = 4475;
const MUTATIONS = 12_000;

function timed<T>(work: () => T): { value: T; ms: number } {
  const began = performance.now();
  const value = work();
  return { value, ms: performance.now() - began };
}

/** What this machine needs at this moment to look at each character of 64 KiB once. */
function scanMs(): number {
  const text = 'a'.repeat(MAX_MESSAGE_BYTES);
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 200; run++) {
    const { ms } = timed(() => {
      let sum = 0;
      for (let i = 0; i < text.length; i++) sum += text.charCodeAt(i);
      return sum;
    });
    least = Math.min(least, ms);
  }
  return least;
}

/**
 * Far more than any linear work and far less than quadratic work needs on 64 KiB, in the time of this machine.
 * Whoever exceeds it is measured again, as the machine has other work as well.
 */
const BOUND_MS = scanMs() * 250;

function expectQuick(name: string, first: number, work: () => unknown): number {
  let least = first;
  for (let run = 0; run < 5 && least > BOUND_MS; run++) least = Math.min(least, timed(work).ms);
  expect(least, `${name} takes ${least} ms`).toBeLessThan(BOUND_MS);
  return least;
}

function expectWellFormed(result: ParseResult): void {
  if (!result.ok) {
    const { reason, status, partial } = result.error;
    expect(reason).toMatch(/^[\w ,/-]{4,80}$/);
    expect([null, 400, 501, 505, 513]).toContain(status);
    if (status !== null) expect(parseVia(headerOf(partial as SipMessage, 'Via') ?? '')).not.toEqual([]);
    return;
  }
  const bytes = serializeSipMessage(result.message);
  const again = parseSipMessage(bytes);
  // A byte that is no UTF-8 is written as the three of the replacement character.
  if (bytes.length > MAX_MESSAGE_BYTES)
    return expect(again).toMatchObject({ error: { reason: 'message too large' } });
  expect(again.ok ? essence(again.message) : again.error.reason).toEqual(essence(result.message));
}

/** A message but for Content-Length, which is written anew, and last. */
function essence(message: SipMessage): unknown {
  const headers = message.headers.filter(({ name }) => name.toLowerCase() !== 'content-length');
  return { ...message, headers, body: message.body.toString('latin1') };
}

/** What drachtio-srf reads of a message that was let through: no header throws, and none takes long. */
function expectReadableBySrf(message: SipMessage): number {
  const text = serializeSipMessage(message).toString('utf8');
  const { value: srf, ms } = timed(() => new Srf(text));
  let worst = expectQuick('the message in drachtio-srf', ms, () => new Srf(text));
  for (const name of Object.keys(srf.headers)) {
    // An empty value is taken for a missing header.
    if (srf.headers[name] === '') continue;
    const read = (): unknown => srf.getParsedHeader(name);
    const first = timed(read);
    worst = Math.max(worst, expectQuick(`${name} in drachtio-srf`, first.ms, read));
  }
  return worst;
}

test(`${MUTATIONS} mutations: none throws or takes long, and what is let through is sound for every reader`, () => {
  const dice = seededDice(SEED);
  let worst = 0;
  let worstSrf = 0;
  let accepted = 0;
  for (let i = 0; i < MUTATIONS; i++) {
    const { name, bytes } = CORPUS[i % CORPUS.length] as (typeof CORPUS)[number];
    const mutated = mutate(bytes, dice);
    const { value: result, ms } = timed(() => parseSipMessage(mutated));
    worst = Math.max(
      worst,
      expectQuick(`mutation ${i} of ${name}`, ms, () => parseSipMessage(mutated)),
    );
    expectWellFormed(result);
    if (!result.ok) continue;
    accepted++;
    worstSrf = Math.max(worstSrf, expectReadableBySrf(result.message));
  }
  console.log(
    `accepted ${accepted}, worst ${worst.toFixed(2)} ms, in drachtio-srf ${worstSrf.toFixed(2)} ms`,
  );
  // Both sorts must be there in numbers, else the mutations are too mild or too wild to say anything.
  expect(accepted).toBeGreaterThan(MUTATIONS / 10);
  expect(accepted).toBeLessThan((MUTATIONS * 9) / 10);
});

test.each(HOSTILE_FAMILIES)('$name: no longer than linear at any size', ({ name, of }) => {
  for (let size = 64; size < MAX_MESSAGE_BYTES; size = Math.ceil(size * 1.4)) {
    const bytes = of(size).subarray(0, MAX_MESSAGE_BYTES);
    const { value: result, ms } = timed(() => parseSipMessage(bytes));
    expectQuick(`${name} of ${size}`, ms, () => parseSipMessage(bytes));
    expectWellFormed(result);
    if (result.ok) expectReadableBySrf(result.message);
  }
});
