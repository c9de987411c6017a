import { describe, expect, test } from 'vitest';
import type { CallLogWrite } from '../../contract/call-log.ts';
import type { Reason } from '../../pbx-link/model/reason.ts';
import { HandClock, settle } from '../../pbx-link/model/testing/hand-clock.ts';
import { createCallLogWriter } from './call-log-writer.ts';

function entries(from: number, count: number): CallLogWrite[] {
  return Array.from({ length: count }, (_none, index) => ({
    epoch: 'e',
    seq: from + index,
    at: 0,
    event: 'delivered',
    detail: {},
    end: null,
    call: {
      id: 'c',
      direction: 'in',
      origin: 'inside',
      party: { number: '1', name: '' },
      calledNumber: '8000',
      arrivedAt: 0,
      answeredAt: null,
      priority: 0,
      recall: null,
    },
  }));
}

function bench() {
  const clock = new HandClock();
  const written: number[] = [];
  const degraded: (Reason | null)[] = [];
  const logged: string[] = [];
  const disk = { works: true };
  const writer = createCallLogWriter({
    write: async (batch) => {
      if (!disk.works) throw new Error('disk full');
      written.push(...batch.map(({ seq }) => seq));
    },
    reasonOf: (error) => ({ key: 'store-failed', detail: String(error) }),
    clock,
    log: (_level, message) => logged.push(message),
    onDegraded: (reason) => degraded.push(reason),
  });
  return { clock, written, degraded, logged, disk, writer };
}

const numbers = (count: number) => Array.from({ length: count }, (_none, index) => index + 1);

describe('the writer of the call log', () => {
  test('writes in order, whatever comes while it writes', async () => {
    const { writer, written } = bench();
    writer.append(entries(1, 3));
    writer.append(entries(4, 500));
    await writer.flush();
    expect(written).toEqual(numbers(503));
  });

  test('keeps what the store cannot take, says so, and writes it when it can', async () => {
    const { writer, written, degraded, disk, clock } = bench();
    disk.works = false;
    writer.append(entries(1, 2));
    await settle();
    writer.append(entries(3, 2));
    await clock.pass(5_000);
    expect(written).toEqual([]);
    expect(degraded[0]).toEqual({ key: 'store-failed', detail: 'Error: disk full' });
    expect(degraded).not.toContain(null);
    disk.works = true;
    await clock.pass(30_000);
    expect(written).toEqual(numbers(4));
    expect(degraded.at(-1)).toBeNull();
    expect(clock.waiting).toBe(0);
  });

  test('keeps a bounded number, and counts what is lost', async () => {
    const { writer, written, logged, disk } = bench();
    disk.works = false;
    writer.append(entries(1, 20_005));
    await settle();
    disk.works = true;
    await writer.flush();
    expect(written).toHaveLength(20_000);
    expect(written[0]).toBe(6);
    expect(logged[0]).toContain('too many wait');
  });

  test('its end tries once more, says what is lost, and leaves no timer', async () => {
    const { writer, logged, disk, clock } = bench();
    disk.works = false;
    writer.append(entries(1, 1));
    await settle();
    await writer.flush();
    expect(logged.at(-1)).toBe('entries of the call log are lost');
    expect(clock.waiting).toBe(0);
  });
});
