import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/contract/board.ts';
import { agentShared } from '../console/agent-of-tests.ts';
import { startConsole } from '../console/console.ts';
import { missingAsterisk } from '../exchange/missing.ts';
import { secretOf } from '../exchange/test-phones.ts';
import type { Phone } from '../phones/phone.ts';
import { atOffset, type Hunt, huntCrossing } from './crossing-point.ts';
import { hangUp, OPERATOR, openSeat, type Seat } from './seat.ts';

/** How often each race is run: until both sides have won, and at least and at most this often. */
const TURNS = 12;
const HUNT = { turns: TURNS, limit: 60 } as const;
const BOTH = new Set(['ours', 'theirs']);

/** Ours was done, or the exchange refused it; a refusal of the desk itself came when the race was over (`far`). */
function sideOf({ id, outcome, reason }: Outcome): ReturnType<Hunt<Outcome>['side']> {
  if (outcome === 'done') return { side: 'ours' };
  expect(outcome).toBe('refused');
  expect(reason?.key).toMatch(/^(call-gone|call-moved-on|nothing-waiting|nothing-in-hand)$/);
  return { side: 'theirs', far: id === '' };
}

describe.skipIf(missingAsterisk !== '')(`races on a real Asterisk${missingAsterisk}`, () => {
  let seat: Seat;
  let room: Phone;

  beforeAll(async () => {
    seat = await openSeat();
    room = await seat.guest('8002');
  });
  afterEach(() => seat.tidy());
  afterAll(() => seat?.close());

  it('CANCEL crossing the answer: whichever comes first, nothing is left', async () => {
    const seen = await huntCrossing({
      ...HUNT,
      turn: async (offsetMs) => {
        const { line } = await seat.waiting(room);
        const outcome = await atOffset(
          offsetMs,
          () => seat.desk.act({ type: 'answer' }),
          () => hangUp(line),
        );
        await line.ended;
        await seat.nothingLeft();
        return outcome;
      },
      side: sideOf,
    });
    expect(new Set(seen)).toEqual(BOTH);
  });

  it('BYE crossing the re-INVITE of a hold: whichever comes first, nothing is left', async () => {
    const seen = await huntCrossing({
      ...HUNT,
      turn: async (offsetMs) => {
        const { line } = await seat.talking(room);
        const outcome = await atOffset(
          offsetMs,
          () => seat.desk.act({ type: 'hold' }),
          () => line.hangUp(),
        );
        await seat.nothingLeft();
        return outcome;
      },
      side: sideOf,
    });
    expect(new Set(seen)).toEqual(BOTH);
  });

  it('the operator hangs up while the caller does: the board says who was first', async () => {
    const seen = await huntCrossing({
      ...HUNT,
      turn: async (offsetMs) => {
        const { line, row } = await seat.talking(room);
        await atOffset(
          offsetMs,
          () => seat.desk.act({ type: 'leave' }),
          () => line.hangUp(),
        );
        await seat.nothingLeft();
        return seat.desk.board().ended.find(({ id }) => id === row.id)?.by;
      },
      side: (by) => ({ side: by === 'operator' ? 'ours' : 'theirs' }),
    });
    expect(new Set(seen)).toEqual(BOTH);
  });

  it('the target answers while the operator goes back to the source', async () => {
    const target = await seat.guest('8004');
    for (let turn = 0; turn < TURNS; turn += 1) {
      const { line } = await seat.talking(room);
      target.ringThenAnswer(40 + turn);
      const consult = seat.desk.act({ type: 'consult', number: '8004' });
      await seat.desk.until(
        'the target',
        (board) =>
          board.calls.some(
            ({ party, connection }) => party.number === '8004' && connection.state !== 'initiated',
          ) || null,
      );
      await delay(40);
      await seat.desk.act({ type: 'reconnect' });
      await consult;
      await seat.headset.untilHears({ tone: room.toneHz });
      await expect.poll(() => target.calls().length, { timeout: 4000 }).toBe(0);
      await line.hangUp();
      await seat.nothingLeft();
    }
  });

  it.skipIf(agentShared !== '')(
    `two positions ring on one number: the first to answer has the call, the other sees it answered elsewhere${agentShared}`,
    async () => {
      const second = await startConsole({
        exchange: { host: seat.asterisk.host, port: seat.asterisk.port },
        line: { number: '8009', password: secretOf('8009') },
        headset: { number: '8010' },
        desk: { bindAtStart: true },
      });
      try {
        const phone = await seat.guest('8010', { autoAnswer: true });
        await second.desk.act({ type: 'bind-headset' });
        await second.desk.until(
          'a bound headset',
          (board) => board.headset.state === 'bound' && board.line.state === 'registered',
        );
        const { line } = await seat.waiting(room);
        const there = await second.desk.call('8002', 'queued');
        await second.desk.done({ type: 'answer' });
        await phone.untilHears({ tone: room.toneHz });
        await room.untilHears({ tone: phone.toneHz });
        await seat.desk.gone('8002');
        expect(seat.desk.board().ended.at(-1)).toMatchObject({ cause: { key: 'answered-elsewhere' } });
        await seat.headset.untilHears('nothing');
        await line.hangUp();
        await second.desk.until('an empty board', (board) => board.calls.every(({ id }) => id !== there.id));

        // Both answer at once: exactly one has the call, the other is refused or sees it end.
        for (let turn = 0; turn < 6; turn += 1) {
          const again = await seat.waiting(room, OPERATOR);
          await second.desk.call('8002', 'queued');
          await Promise.all([seat.desk.act({ type: 'answer' }), second.desk.act({ type: 'answer' })]);
          await again.line.answered;
          await delay(150);
          const rows = [seat.desk, second.desk].filter((desk) =>
            desk.board().calls.some(({ connection }) => connection.state === 'connected'),
          );
          expect(rows).toHaveLength(1);
          const [mine, other] = rows[0] === seat.desk ? [seat.headset, phone] : [phone, seat.headset];
          await mine.untilHears({ tone: room.toneHz });
          await room.untilHears({ tone: mine.toneHz });
          await other.untilHears('nothing');
          await again.line.hangUp();
          await second.desk.gone('8002');
          await seat.desk.gone('8002');
        }
      } finally {
        await second.stop();
      }
    },
  );
});
