import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OperatorCommand } from '../../src/contract/operator-command.ts';
import type { Desk } from '../console/desk.ts';
import { missingAsterisk } from '../exchange/missing.ts';
import type { Phone } from '../phones/phone.ts';
import { openSeat, ringingAt, type Seat } from './seat.ts';

/** The exchange takes the transfer and it comes to nothing: why the outcome says so, however soon the caller is back. */
async function whyItFailed(desk: Desk, command: OperatorCommand, waitMs?: number): Promise<string> {
  const { id } = await desk.act(command);
  return desk.until(
    `why ${JSON.stringify(command)} failed`,
    ({ outcomes }) => {
      const outcome = outcomes.find((one) => one.id === id);
      return outcome?.outcome === 'refused' && outcome.reason?.key;
    },
    waitMs,
  );
}

describe.skipIf(missingAsterisk !== '')(`blind transfer on a real Asterisk${missingAsterisk}`, () => {
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

  const extended = () => seat.desk.board().extended.at(-1);

  it('the target rings with the caller shown, answers, and the two talk without the operator', async () => {
    const { row } = await seat.talking(room);
    target.ringThenAnswer(400);
    await seat.desk.done({ type: 'transfer', number: '8004' });
    await seat.headset.untilHears('nothing');
    const ringing = await seat.desk.until('an extended call', (board) =>
      board.extended.find(({ id }) => id === row.id),
    );
    expect(ringing).toMatchObject({ state: 'ringing', target: { number: '8004' } });
    expect((await ringingAt(target)).from.number).toBe('8002');
    await target.untilHears({ tone: room.toneHz });
    await room.untilHears({ tone: target.toneHz });
    await seat.desk.until('answered', () => extended()?.id === row.id && extended()?.state === 'answered');
    await seat.desk.gone('8002');
    // Two channels of the standing call, two of the guests: the console hangs on to nothing.
    await expect.poll(() => seat.asterisk.channels(), { timeout: 4000 }).toBe(4);
  });

  it('a busy target: the caller comes back as a recall that says why', async () => {
    const { row } = await seat.talking(room);
    target.onRing('busy');
    expect(await whyItFailed(seat.desk, { type: 'transfer', number: '8004' })).toBe('busy');
    const back = await seat.desk.until('the recall', (board) =>
      board.calls.find(
        ({ id, recall, connection }) => id === row.id && recall && connection.state === 'queued',
      ),
    );
    expect(back).toMatchObject({ recall: { reason: 'busy', target: '8004' }, arrivedAt: row.arrivedAt });
    await seat.desk.done({ type: 'answer' });
    await seat.headset.untilHears({ tone: room.toneHz });
    await room.untilHears({ tone: seat.headset.toneHz });
  });

  it("an unknown number: refused, and the caller is still in the operator's ear", async () => {
    await seat.talking(room);
    expect(await seat.desk.refused({ type: 'transfer', number: '8999999' })).toBe('unknown-number');
    await seat.headset.untilHears({ tone: room.toneHz });
    await room.untilHears({ tone: seat.headset.toneHz });
    expect((await seat.desk.call('8002')).connection.state).toBe('connected');
  });

  it('an unregistered target: the caller comes back', async () => {
    const { row } = await seat.talking(room);
    expect(await whyItFailed(seat.desk, { type: 'transfer', number: '8006' })).toBe('not-registered');
    const back = await seat.desk.until('the recall', (board) =>
      board.calls.find(({ id, recall }) => id === row.id && recall),
    );
    expect(back.recall).toEqual({ reason: 'unreachable', target: '8006' });
  });

  it('a target that rejects: the caller comes back', async () => {
    const { row } = await seat.talking(room);
    target.onRing('reject');
    expect(await whyItFailed(seat.desk, { type: 'transfer', number: '8004' })).toBe('not-registered');
    await seat.desk.until('the recall', (board) =>
      board.calls.find(({ id, recall }) => id === row.id && recall),
    );
  });

  it('the operator pulls back a transfer that still rings', async () => {
    const { row } = await seat.talking(room);
    await seat.desk.done({ type: 'transfer', number: '8004' });
    const ring = await ringingAt(target);
    await seat.desk.until('an extended call', (board) => board.extended.find(({ id }) => id === row.id));
    await seat.desk.done({ type: 'take-back' });
    await seat.headset.untilHears({ tone: room.toneHz });
    await room.untilHears({ tone: seat.headset.toneHz });
    await ring.ended;
    expect(await seat.desk.call('8002', 'connected')).toMatchObject({ id: row.id, arrivedAt: row.arrivedAt });
    expect(seat.desk.board().extended.some(({ id, state }) => id === row.id && state === 'ringing')).toBe(
      false,
    );
  });

  it('taking back what has been answered is refused', async () => {
    const { row } = await seat.talking(room);
    target.onRing('answer');
    await seat.desk.done({ type: 'transfer', number: '8004' });
    await target.untilHears({ tone: room.toneHz });
    await seat.desk.until('answered', () => extended()?.id === row.id && extended()?.state === 'answered');
    expect(await seat.desk.refused({ type: 'take-back' })).toBe('nothing-to-take-back');
    await target.untilHears({ tone: room.toneHz });
  });

  it('the caller gives up while the target rings: nothing comes back and nothing hangs', async () => {
    const { row, line } = await seat.talking(room);
    await seat.desk.done({ type: 'transfer', number: '8004' });
    const ring = await ringingAt(target);
    await line.hangUp();
    await ring.ended;
    await seat.desk.until(
      'no call extended',
      (board) => board.extended.every(({ id, state }) => id !== row.id || state !== 'ringing'),
      8000,
    );
    await expect.poll(() => seat.asterisk.channels(), { timeout: 4000 }).toBe(2);
  });

  it('digits and Enter while talking consult, where the site has not set it otherwise: the source is held and comes back', async () => {
    await seat.talking(room);
    await seat.desk.done({ type: 'dial', digits: '8004' });
    await seat.desk.call('8004', 'alerting');
    await room.untilHears('music');
    await seat.desk.done({ type: 'reconnect' });
    await seat.headset.untilHears({ tone: room.toneHz });
  });
});
