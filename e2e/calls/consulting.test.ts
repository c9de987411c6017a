import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { missingAsterisk } from '../exchange/missing.ts';
import type { Phone } from '../phones/phone.ts';
import { openSeat, ringingAt, type Seat } from './seat.ts';

describe.skipIf(missingAsterisk !== '')(`consulting on a real Asterisk${missingAsterisk}`, () => {
  let seat: Seat;
  let room: Phone;
  let target: Phone;

  beforeAll(async () => {
    seat = await openSeat();
    room = await seat.guest('8002');
    target = await seat.guest('8004');
  });
  afterEach(() => seat.tidy());
  afterAll(() => seat?.close());

  async function consulting() {
    const { row } = await seat.talking(room);
    target.onRing('answer');
    await seat.desk.done({ type: 'dial', digits: '8004' });
    const destination = await seat.desk.call('8004', 'connected');
    await seat.headset.untilHears({ tone: target.toneHz });
    await target.untilHears({ tone: seat.headset.toneHz });
    await room.untilHears('music');
    return { source: row, destination };
  }

  it('the source is held by itself while the operator asks the target', async () => {
    const { source, destination } = await consulting();
    expect(seat.desk.board()).toMatchObject({ source: source.id, destination: destination.id });
    expect(await seat.desk.call('8002', 'held')).toMatchObject({ connection: { by: 'self' } });
  });

  it('while it rings the operator hears the ring tone', async () => {
    await seat.talking(room);
    await seat.desk.done({ type: 'consult', number: '8004' });
    await seat.desk.call('8004', 'alerting');
    await expect.poll(() => seat.headset.hears().packets, { timeout: 4000 }).toBeGreaterThan(0);
    await seat.desk.done({ type: 'reconnect' });
  });

  it('joined while talking: source and target hear each other, the operator is out', async () => {
    const { source } = await consulting();
    await seat.desk.done({ type: 'enter' });
    await room.untilHears({ tone: target.toneHz });
    await target.untilHears({ tone: room.toneHz });
    await seat.headset.untilHears('nothing');
    await seat.desk.until('both have left', (board) => board.calls.length === 0);
    expect(seat.desk.board().extended.find(({ id }) => id === source.id)).toMatchObject({
      state: 'answered',
    });
    await expect.poll(() => seat.asterisk.channels(), { timeout: 4000 }).toBe(4);
  });

  it('joined by leaving (hanging up joins the two)', async () => {
    await consulting();
    await seat.desk.done({ type: 'leave' });
    await room.untilHears({ tone: target.toneHz });
    await target.untilHears({ tone: room.toneHz });
  });

  it('joined while it rings: the target answers later and they talk', async () => {
    const { row } = await seat.talking(room);
    await seat.desk.done({ type: 'consult', number: '8004' });
    await seat.desk.call('8004', 'alerting');
    const ring = await ringingAt(target);
    await seat.desk.done({ type: 'complete' });
    await seat.headset.untilHears('nothing');
    // It is the same ringing call: the phone has not noticed the change of hands.
    expect(ring.state).toBe('ringing');
    ring.answer();
    await target.untilHears({ tone: room.toneHz }, 8000);
    await room.untilHears({ tone: target.toneHz });
    await seat.desk.until('answered', (board) =>
      board.extended.find(({ id, state }) => id === row.id && state === 'answered'),
    );
    await expect.poll(() => seat.asterisk.channels(), { timeout: 4000 }).toBe(4);
  });

  it('joined while it rings, and refused there: the caller comes back with the reason', async () => {
    const { row } = await seat.talking(room);
    await seat.desk.done({ type: 'consult', number: '8004' });
    const ring = await ringingAt(target);
    await seat.desk.call('8004', 'alerting');
    await seat.desk.done({ type: 'complete' });
    ring.reject(486);
    const back = await seat.desk.until('the recall', (board) =>
      board.calls.find(({ id, recall }) => id === row.id && recall),
    );
    expect(back).toMatchObject({ recall: { reason: 'busy', target: '8004' }, arrivedAt: row.arrivedAt });
    await seat.desk.done({ type: 'answer' });
    await seat.headset.untilHears({ tone: room.toneHz });
    await room.untilHears({ tone: seat.headset.toneHz });
  });

  it('joined while it rings, and pulled back', async () => {
    const { row } = await seat.talking(room);
    await seat.desk.done({ type: 'consult', number: '8004' });
    await seat.desk.call('8004', 'alerting');
    await seat.desk.done({ type: 'complete' });
    await seat.desk.until('it rings there', (board) =>
      board.extended.find(({ id, state }) => id === row.id && state === 'ringing'),
    );
    await expect
      .poll(() => target.calls().some((call) => call.state === 'ringing'), { timeout: 4000 })
      .toBe(true);
    await seat.desk.done({ type: 'take-back' });
    await seat.headset.untilHears({ tone: room.toneHz });
    await room.untilHears({ tone: seat.headset.toneHz });
  });

  it('back to the source: the target is released, ringing or talking', async () => {
    const { source } = await consulting();
    await seat.desk.done({ type: 'reconnect' });
    await seat.headset.untilHears({ tone: room.toneHz });
    await room.untilHears({ tone: seat.headset.toneHz });
    await seat.desk.gone('8004');
    expect(seat.desk.board()).toMatchObject({ source: source.id, destination: null });
    target.onRing('ring');
    await seat.desk.done({ type: 'consult', number: '8004' });
    await seat.desk.call('8004', 'alerting');
    await seat.desk.done({ type: 'reconnect' });
    await seat.headset.untilHears({ tone: room.toneHz });
    await expect.poll(() => target.calls().length, { timeout: 4000 }).toBe(0);
  });

  it('swapping between source and target', async () => {
    await consulting();
    await seat.desk.done({ type: 'swap' });
    await seat.headset.untilHears({ tone: room.toneHz });
    await target.untilHears('music');
    await seat.desk.done({ type: 'swap' });
    await seat.headset.untilHears({ tone: target.toneHz });
    await room.untilHears('music');
  });

  it('releasing the source leaves the operator with the target', async () => {
    await consulting();
    await seat.desk.done({ type: 'release-source' });
    await seat.desk.gone('8002');
    await seat.headset.untilHears({ tone: target.toneHz });
  });

  it('releasing the target leaves the source held', async () => {
    await consulting();
    await seat.desk.done({ type: 'release-destination' });
    await seat.desk.gone('8004');
    await room.untilHears('music');
  });

  it('the target hangs up: the source comes back', async () => {
    await consulting();
    const [call] = target.calls();
    await call?.hangUp();
    await seat.desk.gone('8004');
    await seat.headset.untilHears({ tone: room.toneHz });
    await room.untilHears({ tone: seat.headset.toneHz });
  });

  it('the source hangs up while the operator asks: the operator stays with the target', async () => {
    await consulting();
    const [call] = room.calls();
    await call?.hangUp();
    await seat.desk.gone('8002');
    await seat.headset.untilHears({ tone: target.toneHz });
    await target.untilHears({ tone: seat.headset.toneHz });
  });

  it.each([
    ['busy', '8004', 'busy'],
    ['unknown', '8999999', 'unknown-number'],
    ['unregistered', '8006', 'not-registered'],
  ])(
    'a target that is %s: refused with the reason, the source held, Enter returns to it',
    async (_what, number, reason) => {
      target.onRing('busy');
      await seat.talking(room);
      expect(await seat.desk.refused({ type: 'consult', number })).toBe(reason);
      const failed = await seat.desk.call(number, 'failed');
      expect(failed.connection).toMatchObject({ cause: { key: reason } });
      await room.untilHears('music');
      await seat.desk.done({ type: 'enter' });
      await seat.headset.untilHears({ tone: room.toneHz });
      await room.untilHears({ tone: seat.headset.toneHz });
      await seat.desk.gone(number);
    },
  );
});
