import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { agentShared } from '../console/agent-of-tests.ts';
import { startConsole } from '../console/console.ts';
import { missingAsterisk } from '../exchange/missing.ts';
import { secretOf } from '../exchange/test-phones.ts';
import type { Phone } from '../phones/phone.ts';
import { openSeat, type Seat } from './seat.ts';

describe.skipIf(missingAsterisk !== '')(`what the exchange changes in a call${missingAsterisk}`, () => {
  let seat: Seat;
  let room: Phone;

  beforeAll(async () => {
    seat = await openSeat();
    room = await seat.guest('8002');
  });
  afterEach(() => seat.tidy());
  afterAll(() => seat?.close());

  it('a caller who hands the operator on to another guest: the row shows who it is now, and the right two talk', async () => {
    const other = await seat.guest('8003');
    const { line, row } = await seat.talking(room);
    other.onRing('answer');
    await line.transfer('8003');
    await seat.headset.untilHears({ tone: other.toneHz });
    await other.untilHears({ tone: seat.headset.toneHz });
    expect(await seat.desk.call('8003', 'connected')).toMatchObject({ id: row.id });
    expect(seat.desk.board().anomalies).toBe(0);
  });

  it('a caller who asks another guest and joins him to the operator: the row shows who it is now, and they talk', async () => {
    const other = await seat.guest('8003');
    const { line, row } = await seat.talking(room);
    other.onRing('answer');
    const asked = await room.call('8003');
    await asked.answered;
    // Asterisk drops both when the join comes within a millisecond of the answer, before it has bridged the two.
    await other.untilHears({ tone: room.toneHz });
    await line.transferTo(asked);
    await seat.headset.untilHears({ tone: other.toneHz });
    await other.untilHears({ tone: seat.headset.toneHz });
    expect(await seat.desk.call('8003', 'connected')).toMatchObject({ id: row.id });
    expect(seat.desk.board().anomalies).toBe(0);
  });

  it('a caller who holds and comes back is heard again', async () => {
    const { line } = await seat.talking(room);
    await line.hold();
    await seat.headset.untilHears('music');
    await line.resume();
    await seat.headset.untilHears({ tone: room.toneHz });
    await room.untilHears({ tone: seat.headset.toneHz });
  });

  it('a caller who offers nothing in his INVITE is answered too', async () => {
    const line = await room.call('9100', { sdp: false });
    line.answered.catch(() => undefined);
    await seat.desk.call('8002', 'queued');
    await seat.desk.done({ type: 'answer' });
    await seat.headset.untilHears({ tone: room.toneHz });
    await room.untilHears({ tone: seat.headset.toneHz });
  });

  it('a phone that knows only the A-law and one that knows only the μ-law hear each other', async () => {
    const narrow = await seat.guest('8005', { laws: ['PCMA'] });
    await seat.talking(narrow);
    await seat.waiting(room);
    await seat.desk.done({ type: 'answer' });
    await seat.headset.untilHears({ tone: room.toneHz });
    await room.untilHears({ tone: seat.headset.toneHz });
    await narrow.untilHears('music');
    await seat.desk.done({ type: 'leave' });
    await seat.headset.untilHears({ tone: narrow.toneHz });
    await narrow.untilHears({ tone: seat.headset.toneHz });
  });

  it.skipIf(agentShared !== '')(
    `standby by silent packets, for a phone that does not bear their absence${agentShared}`,
    async () => {
      const { host, port } = seat.asterisk;
      const phone = await seat.guest('8010', { autoAnswer: true });
      const second = await startConsole({
        exchange: { host, port },
        line: { number: '8009', password: secretOf('8009') },
        headset: { number: '8010', standby: 'inactive' },
      });
      try {
        await second.desk.until('bound', (board) => board.headset.state === 'bound');
        await phone.untilHears('silence');
        const { row } = await seat.waiting(room);
        await second.desk.call('8002', 'queued');
        await second.desk.done({ type: 'answer' });
        await phone.untilHears({ tone: room.toneHz });
        await second.desk.done({ type: 'leave' });
        await phone.untilHears('silence');
        await seat.desk.until(
          'gone here too',
          (board) => board.calls.every(({ id }) => id !== row.id) || null,
        );
      } finally {
        await second.stop();
      }
    },
  );
});
