import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boardSchema } from '../../contract/board.ts';
import type { OperatorCommand } from '../../contract/operator-command.ts';
import { delivered, deskAfter, initiated, READY, type Untimed } from '../testing/sample-desk.ts';
import type { BoardEvent } from './board-event.ts';
import { decide } from './decide.ts';
import { callOf, type Desk } from './desk.ts';
import { followUp } from './follow-up.ts';
import { reduce } from './reduce.ts';
import { nextClock } from './reduce-command.ts';

// Whatever an exchange tells and an operator orders, in whatever order: nothing throws, and the board makes sense.

const call = fc.constantFrom('a', 'b', 'c');
const cause = fc.constant({ key: 'busy' } as const);
const target = { number: '8004', name: '' };

const event: fc.Arbitrary<Untimed> = fc.oneof(
  call.map((id) => delivered(id)),
  fc
    .tuple(call, fc.constantFrom('busy', 'no-answer', 'returned'))
    .map(([id, reason]) => delivered(id, { recall: { reason, target: '8004' } })),
  call.map((id) => initiated(id)),
  call.map((id): Untimed => ({ type: 'alerting', call: id })),
  call.map((id): Untimed => ({ type: 'established', call: id })),
  fc
    .tuple(call, fc.constantFrom('hand', 'self'))
    .map(([id, by]): Untimed => ({ type: 'held', call: id, by })),
  fc.tuple(call, cause).map(([id, why]): Untimed => ({ type: 'failed', call: id, cause: why })),
  fc
    .tuple(call, cause, fc.constantFrom('party', 'operator', 'exchange'))
    .map(([id, why, by]): Untimed => ({ type: 'cleared', call: id, cause: why, by })),
  call.map((id): Untimed => ({ type: 'extended', call: id, target })),
  fc
    .tuple(call, fc.constantFrom('answered', 'cleared', 'unknown'), cause)
    .map(([id, outcome, why]): Untimed => ({ type: 'extended-ended', call: id, outcome, cause: why })),
  fc.constantFrom('up', 'down', 'connecting').map((state): Untimed => ({ type: 'link', state })),
  fc.constantFrom('bound', 'lost', 'unbound').map((state): Untimed => ({ type: 'headset', state })),
  fc
    .subarray(['a', 'b', 'c'])
    .chain((ids) =>
      fc.tuple(
        ...ids.map((id) =>
          fc.constantFrom('queued', 'connected', 'held').map((state) => ({ call: id, state })),
        ),
      ),
    )
    .map((calls): Untimed => ({ type: 'snapshot', calls, extended: [] })),
);

const command: fc.Arbitrary<OperatorCommand> = fc.oneof(
  fc.constantFrom<OperatorCommand>(
    { type: 'enter' },
    { type: 'leave' },
    { type: 'swap' },
    { type: 'hold' },
    { type: 'complete' },
    { type: 'reconnect' },
    { type: 'take-back' },
    { type: 'release-source' },
    { type: 'release-destination' },
    { type: 'dial', digits: '8004' },
    { type: 'transfer', number: '8004' },
    { type: 'reset-headset' },
    { type: 'mute', on: true },
  ),
  call.map((id): OperatorCommand => ({ type: 'take', call: id })),
  call.map((id): OperatorCommand => ({ type: 'clear', call: id })),
  call.map((id): OperatorCommand => ({ type: 'acknowledge', call: id })),
);

type Step =
  | { readonly kind: 'event'; readonly event: Untimed }
  | { readonly kind: 'command'; readonly command: OperatorCommand }
  | { readonly kind: 'settle'; readonly done: boolean }
  | { readonly kind: 'clock' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: event.map((one): Step => ({ kind: 'event', event: one })) },
  { weight: 3, arbitrary: command.map((one): Step => ({ kind: 'command', command: one })) },
  { weight: 2, arbitrary: fc.boolean().map((done): Step => ({ kind: 'settle', done })) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'clock' }) },
);

class Walk {
  desk: Desk = deskAfter(READY);
  #at = 100_000;
  #ids = 0;

  take(one: Step): void {
    this.#at += 1_000;
    const at = this.#at;
    if (one.kind === 'event') this.#apply({ at, ...one.event } as BoardEvent);
    if (one.kind === 'clock') this.#apply({ type: 'clock', at: Math.max(at, nextClock(this.desk) ?? 0) });
    // The link answers commands whose time was up too, unless it answers never.
    const { pending, board } = this.desk;
    const late = board.outcomes.find(({ outcome }) => outcome === 'unknown');
    const due = pending[0] ?? late;
    if (one.kind === 'settle' && due !== undefined) {
      const result = one.done
        ? ({ outcome: 'done' } as const)
        : ({ outcome: 'refused', reason: { key: 'timeout' } } as const);
      this.#apply({ type: 'command-settled', at, id: due.id, result });
    }
    if (one.kind === 'command') {
      const decision = decide(this.desk, one.command, () => 'n');
      if (decision.ok) {
        const { ok: _ok, ...issue } = decision;
        this.#apply({ type: 'command-issued', at, id: this.#id(), by: 'operator', ...issue });
      }
    }
  }

  #apply(applied: BoardEvent): void {
    const before = this.desk;
    this.desk = reduce(before, applied).desk;
    for (const issue of followUp(before, this.desk)) {
      this.#apply({ type: 'command-issued', at: this.#at, id: this.#id(), by: 'desk', ...issue });
    }
  }

  #id(): string {
    this.#ids += 1;
    return String(this.#ids);
  }
}

test('nothing throws and the board makes sense, whatever happens', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const walk = new Walk();
      for (const one of steps) {
        walk.take(one);
        const { board, pending, followed } = walk.desk;
        const ids = [...board.calls, ...board.extended].map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const side of [board.source, board.destination]) {
          if (side !== null) expect(callOf(board, side)).not.toBeNull();
        }
        if (board.destination !== null) expect(board.source).not.toBeNull();
        expect(board.source === null || board.source !== board.destination).toBe(true);
        for (const { id, connection, waitingSince } of board.calls) {
          expect(connection.state).not.toBe('cleared');
          expect(waitingSince !== null).toBe(connection.state === 'queued' || connection.state === 'held');
          // A call that failed is always on a side, so that the operator can put it away.
          if (connection.state === 'failed') expect([board.source, board.destination]).toContain(id);
        }
        for (const { outcome, reason } of board.outcomes) {
          expect(reason !== null).toBe(outcome === 'refused' || outcome === 'unknown');
        }
        // One command a call is followed; what has failed only waits for the link's late answer.
        const open = followed.filter(({ failure }) => failure === null).map((one) => one.call);
        expect(new Set(open).size).toBe(open.length);
        for (const { id } of followed) {
          expect(board.outcomes.map((outcome) => outcome.id)).toContain(id);
        }
        for (const { id } of pending) {
          expect(board.outcomes.some((outcome) => outcome.id === id && outcome.outcome === 'pending')).toBe(
            true,
          );
        }
      }
      expect(boardSchema.safeParse(walk.desk.board).success).toBe(true);
    }),
    { numRuns: 2_000, seed: 20_261 },
  );
});
