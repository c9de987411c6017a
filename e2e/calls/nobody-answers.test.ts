import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { missingAsterisk } from '../exchange/missing.ts';
import type { Phone } from '../phones/phone.ts';
import { openSeat, ringingAt, type Seat } from './seat.ts';

describe.skipIf(missingAsterisk !== '')(`a target that nobody answers${missingAsterisk}`, () => {
  let seat: Seat;
  let room: Phone;
  let target: Phone;

  beforeAll(async () => {
    seat = await openSeat({ desk: { dialInCall: 'transfer' }, asterisk: { extensionRingSeconds: 3 } });
    room = await seat.guest('8002');
    target = await seat.guest('8004');
  });
  afterEach(async () => {
    await seat.tidy();
    await seat.nothingLeft();
  });
  afterAll(() => seat?.close());

  it("a transfer by dialling in the call (the old seat's way): after the ring time the caller comes back", async () => {
    const { row } = await seat.talking(room);
    await seat.desk.done({ type: 'dial', digits: '8004' });
    const ring = await ringingAt(target);
    await seat.desk.until('an extended call', (board) => board.extended.find(({ id }) => id === row.id));
    const back = await seat.desk.until('the recall', (board) =>
      board.calls.find(({ id, recall }) => id === row.id && recall),
    );
    expect(back.recall).toEqual({ reason: 'no-answer', target: '8004' });
    expect(back.arrivedAt).toBe(row.arrivedAt);
    expect((await ring.ended).by).toBe('exchange');
    await seat.desk.done({ type: 'answer' });
    await seat.headset.untilHears({ tone: room.toneHz });
    await room.untilHears({ tone: seat.headset.toneHz });
  });

  it('a consultation: it failed with the reason, the source is still held, Enter returns to it', async () => {
    const { row } = await seat.talking(room);
    await seat.desk.done({ type: 'consult', number: '8004' });
    const ring = await ringingAt(target);
    const failed = await seat.desk.call('8004', 'failed');
    expect(failed.connection).toMatchObject({ cause: { key: 'no-answer' } });
    expect((await ring.ended).by).toBe('exchange');
    await room.untilHears('music');
    await seat.headset.untilHears('nothing');
    expect(await seat.desk.call('8002', 'held')).toMatchObject({ id: row.id, connection: { by: 'self' } });
    await seat.desk.done({ type: 'enter' });
    await seat.headset.untilHears({ tone: room.toneHz });
    await room.untilHears({ tone: seat.headset.toneHz });
    await seat.desk.gone('8004');
  });

  it('an own call: it failed with the reason, and Enter puts it away', async () => {
    await seat.desk.done({ type: 'call', number: '8004' });
    const failed = await seat.desk.call('8004', 'failed');
    expect(failed.connection).toMatchObject({ cause: { key: 'no-answer' } });
    await seat.desk.done({ type: 'enter' });
    await seat.desk.gone('8004');
  });
});
