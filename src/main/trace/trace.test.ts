import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTrace, type TraceEntry } from '../trace.ts';

let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cordboard-trace-'));
  file = join(folder, 'trace.txt');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entry = (text: string, more: Partial<TraceEntry> = {}): TraceEntry => ({
  direction: 'in',
  transport: 'udp',
  peer: '192.0.2.1:5060',
  at: 0,
  bytes: Buffer.from(text),
  ...more,
});

test('holds each message with time, direction and peer, without its secrets, for its owner alone', async () => {
  const trace = openTrace(file, () => undefined);
  trace.write(entry('REGISTER sip:pbx SIP/2.0\r\nAuthorization: Digest response="SECRET"\r\n\r\n'));
  trace.write(entry('SIP/2.0 200 OK\r\n\r\n', { direction: 'out', transport: 'tcp' }));
  await trace.close();
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('1970-01-01T00:00:00.000Z <- udp 192.0.2.1:5060\r\nREGISTER sip:pbx SIP/2.0\r\n');
  expect(text).toContain('-> tcp 192.0.2.1:5060\r\nSIP/2.0 200 OK\r\n');
  expect(text).not.toContain('SECRET');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('is bounded: the newest messages are kept in two files', async () => {
  const limit = 10_000;
  const trace = openTrace(file, () => undefined, limit);
  for (let number = 0; number < 200; number += 1)
    trace.write(entry(`MESSAGE number-${number}. ${'x'.repeat(200)}`));
  await trace.close();
  expect(statSync(file).size).toBeLessThanOrEqual(limit);
  expect(statSync(`${file}.1`).size).toBeLessThanOrEqual(limit);
  const both = readFileSync(`${file}.1`, 'utf8') + readFileSync(file, 'utf8');
  expect(both).toContain('number-199.');
  expect(both).toContain('number-160.');
  expect(both).not.toContain('number-1.');
});

test('goes on where an earlier one ended, within the same bound', async () => {
  for (const name of ['first', 'second']) {
    const trace = openTrace(file, () => undefined, 10_000);
    trace.write(entry(`MESSAGE ${name} ${'x'.repeat(6_000)}`));
    await trace.close();
  }
  expect(readFileSync(`${file}.1`, 'utf8')).toContain('first');
  expect(readFileSync(file, 'utf8')).toContain('second');
});

test('a file that cannot be opened is told at once', () => {
  expect(() => openTrace(folder, () => undefined)).toThrow('EISDIR');
});
