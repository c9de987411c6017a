import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startConsole } from '../console/console.ts';
import { missingAsterisk } from '../exchange/missing.ts';
import { secretOf } from '../exchange/test-phones.ts';
import type { Phone } from '../phones/phone.ts';
import { hangUp, OPERATOR, openSeat, type Seat } from './seat.ts';

/** How often each race is run, with the two sides a little further apart each time. */
const TURNS = 12;

describe.skipIf(missingAsterisk !== '')(`races on a real Asterisk${missingAsterisk}`, () => {
  let seat: Seat;
  let room: Phone;

  beforeAll(async () => {
    seat = await openSeat();
    room = await seat.guest('8002');
  });
  afterEach(() => seat.tidy());
  afterAll(() => seat?.close());

  /** Nothing is left: no row, no sound, no channel but those of the standing call. */
  async function nothingLeft() {
    await seat.desk.until('an empty board', (board) => board.calls.length === 0);
    await seat.headset.untilHears('nothing');
    await expect.poll(() => seat.asterisk.channels(), { timeout: 6000 }).toBe(2);
    expect(seat.desk.board().anomalies).toBe(0);
  }

  it('CANCEL crossing the answer', async () => {
    for (let turn = 0; turn < TURNS; turn += 1) {
      const { line } = await seat.waiting(room);
      const answer = seat.desk.act({ type: 'answer' });
      await delay(turn);
      await hangUp(line);
      await line.ended;
      expect((await answer).outcome).toMatch(/done|refused/);
      await nothingLeft();
    }
  });

  it('BYE crossing the re-INVITE of a hold', async () => {
    for (let turn = 0; turn < TURNS; turn += 1) {
      const { line } = await seat.talking(room);
      const hold = seat.desk.act({ type: 'hold' });
      if (turn > 0) await delay(turn / 2);
      await line.hangUp();
      expect((await hold).outcome).toMatch(/done|refused/);
      await nothingLeft();
    }
  });

  it('the operator hangs up while the caller does', async () => {
    for (let turn = 0; turn < TURNS; turn += 1) {
      const { line } = await seat.talking(room);
      const leave = seat.desk.act({ type: 'leave' });
      if (turn > 0) await delay(turn / 4);
      await line.hangUp();
      await leave;
      await nothingLeft();
    }
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
      await nothingLeft();
    }
  });

  it('two positions ring on one number: the first to answer has the call, the other sees it answered elsewhere', async () => {
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
  });
});
