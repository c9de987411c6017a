import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentShared } from '../console/agent-of-tests.ts';
import { startConsole } from '../console/console.ts';
import { missingAsterisk } from '../exchange/missing.ts';
import { secretOf } from '../exchange/test-phones.ts';
import { openSeat, type Seat } from './seat.ts';

describe.skipIf(missingAsterisk !== '')(`the seat on a real Asterisk${missingAsterisk}`, () => {
  let seat: Seat;

  beforeAll(async () => {
    seat = await openSeat();
  });
  afterAll(() => seat?.close());

  it('is checked by the desk itself when the line comes up, and has every right on the reference profile', async () => {
    const first = await seat.desk.until('the check', (board) => board.seat.checkedAt !== null && board.seat);
    const given = await seat.desk.until('its outcome', (board) =>
      board.outcomes.find(({ type, outcome }) => type === 'check-seat' && outcome !== 'pending'),
    );
    expect(given).toMatchObject({ by: 'desk', outcome: 'done' });
    // The operator can ask again at any time.
    await seat.desk.done({ type: 'check-seat' });
    const { checkedAt, items } = seat.desk.board().seat;
    expect(checkedAt).toBeGreaterThan(first.checkedAt ?? 0);
    expect(items).toEqual(first.items);
    expect(items.map(({ name, result }) => [name, result])).toEqual([
      ['calls-wait', 'ok'],
      ['transfer-inside', 'ok'],
      ['transfer-outside', 'ok'],
      ['take-back', 'ok'],
      ['break-in', 'ok'],
      ['break-in-level', 'ok'],
    ]);
  });

  it('on the line of an ordinary extension the check says what is missing', async () => {
    const { host, port } = seat.asterisk;
    const other = await startConsole({
      exchange: { host, port },
      line: { number: '8005', password: secretOf('8005') },
      headset: { number: '8006' },
      desk: { bindAtStart: false },
    });
    try {
      const { items } = await other.desk.until(
        'the check',
        (board) => board.seat.checkedAt !== null && board.seat,
      );
      expect(items.every(({ result }) => result === 'missing')).toBe(true);
    } finally {
      await other.stop();
    }
  });

  it('a wrong secret is said in so many words, and the seat stays usable for everything but calls', async () => {
    const { host, port } = seat.asterisk;
    const other = await startConsole({
      exchange: { host, port },
      line: { number: '8009', password: 'wrong' },
      headset: { number: '8010' },
      desk: { bindAtStart: false },
    });
    try {
      const line = await other.desk.until('refused', (board) => board.line.state === 'refused' && board.line);
      expect(line.reason?.key).toBe('wrong-secret');
    } finally {
      await other.stop();
    }
  });

  it.skipIf(agentShared !== '')(`a line over TCP registers and takes calls too${agentShared}`, async () => {
    const { host, port } = seat.asterisk;
    const other = await startConsole({
      exchange: { host, port, transport: 'tcp' },
      line: { number: '8009', password: secretOf('8009') },
      headset: { number: '8010' },
      desk: { bindAtStart: false },
    });
    try {
      await other.desk.until('registered', (board) => board.line.state === 'registered');
      const phone = await seat.guest('8010', { autoAnswer: true });
      await other.desk.done({ type: 'bind-headset' });
      const room = await seat.guest('8002');
      const line = await room.call('9100');
      line.answered.catch(() => undefined);
      await other.desk.call('8002', 'queued');
      await other.desk.done({ type: 'answer' });
      await phone.untilHears({ tone: room.toneHz });
      await room.untilHears({ tone: phone.toneHz });
      await line.hangUp();
      await other.desk.gone('8002');
    } finally {
      await other.stop();
    }
  });
});
