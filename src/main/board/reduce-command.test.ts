import { describe, expect, test } from 'vitest';
import { delivered, deskAfter, eventsTo, READY, thenDesk } from '../testing/sample-desk.ts';
import type { BoardEvent } from './board-event.ts';
import type { Desk } from './desk.ts';
import { nextClock } from './reduce-command.ts';

function issued(desk: Desk, id = '1'): BoardEvent {
  return {
    type: 'command-issued',
    at: desk.board.at,
    id,
    by: 'operator',
    command: 'answer',
    call: 'w',
    commands: [{ type: 'answer', call: 'w', hold: null }],
    placing: null,
    dismiss: [],
  };
}

describe('outcomes', () => {
  const ready = deskAfter([...READY, delivered('w')]);
  const pending = thenDesk(ready, [issued(ready)]);
  const settled = (outcome: 'done' | 'refused'): BoardEvent => ({
    type: 'command-settled',
    at: 1,
    id: '1',
    result: outcome === 'done' ? { outcome } : { outcome, reason: { key: 'call-gone' } },
  });

  test('pending, then done or refused with the reason', () => {
    expect(pending.board.outcomes).toMatchObject([
      { id: '1', type: 'answer', call: 'w', outcome: 'pending' },
    ]);
    expect(thenDesk(pending, [settled('done')]).board.outcomes).toMatchObject([
      { outcome: 'done', reason: null },
    ]);
    expect(thenDesk(pending, [settled('refused')]).board.outcomes).toMatchObject([
      { outcome: 'refused', reason: { key: 'call-gone' } },
    ]);
  });

  test('unknown when the time is up, and the late truth is still taken', () => {
    const due = nextClock(pending) ?? 0;
    expect(due).toBe(ready.board.at + 10_000);
    expect(thenDesk(pending, [{ type: 'clock', at: due - 1 }]).board.outcomes).toMatchObject([
      { outcome: 'pending' },
    ]);
    const late = thenDesk(pending, [{ type: 'clock', at: due }]);
    expect(late.board.outcomes).toMatchObject([{ outcome: 'unknown', reason: { key: 'timeout' } }]);
    expect(late.pending).toEqual([]);
    expect(thenDesk(late, [settled('done')]).board.outcomes).toMatchObject([{ outcome: 'done' }]);
  });

  test('a second answer for the same command cannot be', () => {
    const done = thenDesk(pending, [settled('done')]);
    expect(() => thenDesk(done, [settled('done')])).toThrow('command-settled cannot be');
  });

  test('only the last 50 are kept', () => {
    const many = Array.from({ length: 60 }, (_none, index) => issued(ready, String(index)));
    const { outcomes } = thenDesk(ready, many).board;
    expect(outcomes).toHaveLength(50);
    expect(outcomes[0]?.id).toBe('10');
  });
});

describe('hold recall (X4)', () => {
  const held = deskAfter([...READY, ...eventsTo('a', 'held')]);
  const due = held.board.at + 60_000;

  test('is due after the time of the site, and says so until the call is retrieved', () => {
    expect(held.board.calls[0]?.recallDueAt).toBe(due);
    expect(nextClock(held)).toBe(due);
    const early = thenDesk(held, [{ type: 'clock', at: due - 1 }]);
    expect(early.board.calls[0]?.recalling).toBe(false);
    const recalling = thenDesk(held, [{ type: 'clock', at: due }]);
    expect(recalling.board.calls[0]?.recalling).toBe(true);
    expect(nextClock(recalling)).toBeNull();
    const back = thenDesk(recalling, [{ type: 'established', call: 'a' }]);
    expect(back.board.calls[0]).toMatchObject({ recalling: false, recallDueAt: null });
  });

  test('is off at 0 seconds', () => {
    const desk = deskAfter([...READY, ...eventsTo('a', 'held')], { holdRecallSeconds: 0 });
    expect(desk.board.calls[0]?.recallDueAt).toBeNull();
    expect(nextClock(desk)).toBeNull();
  });
});
