import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { missingAsterisk } from '../exchange/missing.ts';
import type { Phone } from '../phones/phone.ts';
import { openSeat, type Seat } from './seat.ts';

describe.skipIf(missingAsterisk !== '')(`losses on a real Asterisk${missingAsterisk}`, () => {
  let seat: Seat;
  let room: Phone;

  beforeAll(async () => {
    seat = await openSeat();
    room = await seat.guest('8002');
  });
  afterEach(() => seat.tidy());
  afterAll(() => seat?.close());

  /** The call is connected again without the operator's help. */
  async function broughtBackByTheDesk(id: string) {
    const outcome = await seat.desk.until('the retrieve that the desk gave', (board) =>
      board.outcomes.find(({ by, call, outcome }) => by === 'desk' && call === id && outcome !== 'pending'),
    );
    expect(outcome).toMatchObject({ type: 'retrieve', outcome: 'done', reason: null });
    expect(await seat.desk.call('8002', 'connected')).toMatchObject({ id });
  }

  it('the headset phone hangs up in a call: said, the caller hears music, waiting calls wait on, and both go on when it is bound again', async () => {
    const { row } = await seat.talking(room);
    const other = await seat.guest('8003');
    const [standing] = seat.headset.calls();
    await standing?.hangUp();
    const lost = await seat.desk.until(
      'the loss',
      (board) => board.headset.state === 'lost' && board.headset,
    );
    expect(lost.reason).toMatchObject({ key: 'headset-lost' });
    await room.untilHears('music');
    expect(await seat.desk.call('8002', 'held')).toMatchObject({ connection: { by: 'self' } });
    await seat.waiting(other);
    expect(await seat.desk.refused({ type: 'answer' })).toBe('no-headset');
    await seat.desk.done({ type: 'bind-headset' });
    await seat.desk.until('bound', (board) => board.headset.state === 'bound');
    await broughtBackByTheDesk(row.id);
    await seat.headset.untilHears({ tone: room.toneHz });
    await room.untilHears({ tone: seat.headset.toneHz });
    expect((await seat.desk.call('8003')).connection.state).toBe('queued');
  });

  it('reset in a call: the phone is bound anew and the caller is back in it', async () => {
    const { row } = await seat.talking(room);
    const earlier = seat.desk.board().outcomes.length;
    await seat.desk.done({ type: 'reset-headset' });
    await seat.desk.until('bound', (board) => board.headset.state === 'bound');
    await broughtBackByTheDesk(row.id);
    expect(
      seat.desk
        .board()
        .outcomes.slice(earlier)
        .map(({ type }) => type),
    ).toEqual(['reset-headset', 'retrieve']);
    await seat.headset.untilHears({ tone: room.toneHz });
    await room.untilHears({ tone: seat.headset.toneHz });
  });

  it('a headset phone that is switched off is refused with the reason, and waiting calls wait', async () => {
    await seat.desk.done({ type: 'unbind-headset' });
    await seat.headset.unregister();
    expect(await seat.desk.refused({ type: 'bind-headset' })).toBe('not-registered');
    await seat.waiting(room);
    expect(await seat.headset.register()).toBe(200);
    await seat.desk.done({ type: 'bind-headset' });
    await seat.desk.done({ type: 'answer' });
    await seat.headset.untilHears({ tone: room.toneHz });
  });

  it('a frozen exchange that goes on: the calls are unknown meanwhile, then confirmed, and still talk', async () => {
    const { row } = await seat.talking(room);
    seat.asterisk.freeze();
    await seat.desk.until('the link down', (board) => board.link.state === 'down', 10_000);
    expect(seat.desk.board().calls[0]).toMatchObject({ id: row.id, stale: true });
    expect(await seat.desk.refused({ type: 'hold' })).toBe('link-down');
    seat.asterisk.thaw();
    await seat.desk.until('the link up', (board) => board.link.state === 'up', 20_000);
    expect(seat.desk.board().calls[0]).toMatchObject({
      id: row.id,
      stale: false,
      connection: { state: 'connected' },
    });
    await seat.headset.untilHears({ tone: room.toneHz });
    await room.untilHears({ tone: seat.headset.toneHz });
  });

  it('an exchange that is killed and started again in mid-call: unknown, then the truth, and the next call is answered', async () => {
    const other = await seat.guest('8003');
    const talking = await seat.talking(room);
    const waiting = await seat.waiting(other);
    await seat.asterisk.kill();
    const down = await seat.desk.until(
      'the link down',
      (board) => board.link.state === 'down' && board,
      10_000,
    );
    expect(down.link.reason?.key).toMatch(/exchange-unreachable|exchange-silent/);
    expect(down.calls.map(({ id, stale }) => [id, stale])).toEqual([
      [talking.row.id, true],
      [waiting.row.id, true],
    ]);
    await seat.asterisk.start();
    await seat.desk.until('the link up', (board) => board.link.state === 'up', 20_000);
    await seat.desk.until('no calls', (board) => board.calls.length === 0, 10_000);
    for (const { row } of [talking, waiting]) {
      expect(seat.desk.board().ended.find(({ id }) => id === row.id)).toMatchObject({
        cause: { key: 'link-lost' },
      });
    }
    await seat.desk.until(
      'registered and bound again',
      (board) => board.line.state === 'registered' && board.headset.state === 'bound',
      20_000,
    );
    // The phones' calls died with the exchange; they begin anew.
    for (const phone of [room, other])
      await Promise.all(phone.calls().map((call) => call.hangUp().catch(() => undefined)));
    expect(await room.register()).toBe(200);
    await seat.talking(room);
  });
});
