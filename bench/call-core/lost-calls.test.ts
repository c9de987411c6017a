import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { CallLogWrite } from '../../src/contract/call-log.ts';
import { appendCallLog } from '../../src/main/store/call-log.ts';
import { openDatabase } from '../../src/main/store/open-database.ts';
import type { Arrival } from './latencies.ts';
import { lostCalls, readLoggedCalls, tellLost } from './lost-calls.ts';

const folder = mkdtempSync(join(tmpdir(), 'cordboard-lost-calls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const arrival = (callId: string, call: string | null, rowAt: bigint | null = 2n): Arrival => ({
  callId,
  at: 1n,
  call,
  rowAt,
});
const ended = (call: string) => ({ call, endedAt: 5, cause: 'normal' });

it('a call with its row, and its end and cause in the log, is not lost', () => {
  expect(lostCalls([arrival('a', '1')], [ended('1')], new Set())).toEqual([]);
});

it('each call that lacks something is lost once, with the first thing that it lacked', () => {
  const arrivals = [
    arrival('undelivered', null, null),
    arrival('unseen', '1', null),
    arrival('unlogged', '2'),
    arrival('open', '3'),
    arrival('causeless', '4'),
    arrival('late', '5'),
    arrival('late-and-open', '6'),
    arrival('good', '7'),
  ];
  const logged = [
    ended('1'),
    { call: '3', endedAt: null, cause: null },
    { call: '4', endedAt: 5, cause: null },
    ended('5'),
    { call: '6', endedAt: null, cause: null },
    ended('7'),
  ];
  const lost = lostCalls(arrivals, logged, new Set(['5', '6']));
  expect(lost).toEqual([
    { callId: 'undelivered', reason: 'never delivered by the link' },
    { callId: 'unseen', reason: 'never a row of the board' },
    { callId: 'unlogged', reason: 'not in the call log' },
    { callId: 'open', reason: 'not ended in the call log' },
    { callId: 'causeless', reason: 'without a cause in the call log' },
    { callId: 'late', reason: 'not served in time' },
    { callId: 'late-and-open', reason: 'not served in time' },
  ]);
  expect(tellLost(lost)).toContain('lost, not served in time: 2');
  expect(tellLost([])).toEqual([]);
});

it("reads the calls that came in from a database that the console's store wrote", async () => {
  const file = join(folder, 'cordboard.db');
  const { db, close } = await openDatabase(file);
  const write = (seq: number, id: string, direction: 'in' | 'out', end: CallLogWrite['end']) => ({
    epoch: 'e',
    seq,
    call: {
      id,
      direction,
      origin: 'inside' as const,
      party: { number: '8002', name: '' },
      calledNumber: '9100',
      arrivedAt: 1,
      answeredAt: null,
      priority: 0,
      recall: null,
    },
    at: seq,
    event: 'delivered',
    detail: {},
    end,
  });
  await appendCallLog(db, [
    write(1, 'over', 'in', { at: 9, cause: { key: 'normal' }, by: 'party' }),
    write(2, 'open', 'in', null),
    write(3, 'ours', 'out', null),
  ]);
  await close();
  expect(readLoggedCalls(file)).toEqual([
    { call: 'over', endedAt: 9, cause: 'normal' },
    { call: 'open', endedAt: null, cause: null },
  ]);
  expect(() => readLoggedCalls(join(folder, 'none.db'))).toThrow();
});
