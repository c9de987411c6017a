import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { missingAsterisk } from '../exchange/missing.ts';
import type { Phone } from '../phones/phone.ts';
import { openSeat, ringingAt, type Seat } from './seat.ts';

/** After each of these nothing hangs: no row, no channel, no sound, no event that cannot be. */
describe.skipIf(missingAsterisk !== '')(
  `hanging up in each state, from each side, on a real Asterisk${missingAsterisk}`,
  () => {
    let seat: Seat;
    let room: Phone;
    let target: Phone;

    beforeAll(async () => {
      seat = await openSeat();
      room = await seat.guest('8002');
      target = await seat.guest('8004');
    });
    afterEach(async () => {
      await seat.tidy();
      await seat.nothingLeft();
    });
    afterAll(() => seat?.close());

    const hear = (one: Phone, other: Phone) =>
      Promise.all([one.untilHears({ tone: other.toneHz }), other.untilHears({ tone: one.toneHz })]);
    const talkTo = (phone: Phone) => hear(seat.headset, phone);
    const endOf = (id: string) => seat.desk.board().ended.find((call) => call.id === id);

    /** The source is held, the target rings. */
    async function asking() {
      const { line, row } = await seat.talking(room);
      await seat.desk.done({ type: 'consult', number: '8004' });
      const destination = await seat.desk.call('8004', 'alerting');
      return { line, row, destination, ring: await ringingAt(target) };
    }

    /** The source is held, the operator talks to the target. */
    async function asked() {
      const all = await asking();
      all.ring.answer();
      await seat.desk.call('8004', 'connected');
      await talkTo(target);
      return all;
    }

    describe('while the destination rings', () => {
      it('the source hangs up: it rings on, and who answers talks to the operator', async () => {
        const { line, row, destination, ring } = await asking();
        await line.hangUp();
        await seat.desk.gone('8002');
        expect(endOf(row.id)).toMatchObject({ by: 'party' });
        expect(ring.state).toBe('ringing');
        ring.answer();
        await seat.desk.call('8004', 'connected');
        await talkTo(target);
        expect(seat.desk.board()).toMatchObject({ source: destination.id, destination: null });
        await ring.hangUp();
        await seat.desk.gone('8004');
      });

      it('the operator releases the source: it rings on, and who answers talks to the operator', async () => {
        const { line, row, destination, ring } = await asking();
        await seat.desk.done({ type: 'release-source' });
        expect((await line.ended).by).toBe('exchange');
        await seat.desk.gone('8002');
        expect(endOf(row.id)).toMatchObject({ by: 'operator' });
        expect(ring.state).toBe('ringing');
        ring.answer();
        await seat.desk.call('8004', 'connected');
        await talkTo(target);
        expect(seat.desk.board()).toMatchObject({ source: destination.id, destination: null });
        await seat.desk.done({ type: 'leave' });
        expect((await ring.ended).by).toBe('exchange');
      });

      it('the destination refuses, and then the held source hangs up: what failed for it goes with it', async () => {
        const { line, row, destination, ring } = await asking();
        ring.reject(486);
        const failed = await seat.desk.call('8004', 'failed');
        expect(failed).toMatchObject({ id: destination.id, connection: { cause: { key: 'busy' } } });
        await seat.headset.untilHears('nothing');
        await room.untilHears('music');
        await line.hangUp();
        await seat.desk.gone('8002');
        expect(endOf(row.id)).toMatchObject({ by: 'party' });
        await seat.desk.gone('8004');
        expect(endOf(destination.id)).toMatchObject({ by: 'exchange', cause: { key: 'busy' } });
        expect(seat.desk.board()).toMatchObject({ source: null, destination: null });
      });
    });

    describe('an own call', () => {
      async function calling() {
        await seat.desk.done({ type: 'call', number: '8004' });
        const row = await seat.desk.call('8004', 'alerting');
        return { row, ring: await ringingAt(target) };
      }

      it('that rings is given up by the operator: the phone stops ringing', async () => {
        const { row, ring } = await calling();
        await seat.desk.done({ type: 'leave' });
        expect((await ring.ended).by).toBe('exchange');
        await seat.desk.gone('8004');
        expect(endOf(row.id)).toMatchObject({ by: 'operator' });
      });

      async function rejected(status: number, key: string) {
        const { row, ring } = await calling();
        ring.reject(status);
        const failed = await seat.desk.call('8004', 'failed');
        await seat.headset.untilHears('nothing');
        await seat.desk.done({ type: 'leave' });
        await seat.desk.gone('8004');
        expect(failed).toMatchObject({ id: row.id, connection: { cause: { key } } });
      }

      it('that rings is rejected as busy: said with the reason, until the operator puts it away', () =>
        rejected(486, 'busy'));

      it('that rings is declined: said with the reason, until the operator puts it away', () =>
        rejected(603, 'rejected'));

      it('is ended by the one who was called', async () => {
        const { row, ring } = await calling();
        ring.answer();
        await seat.desk.call('8004', 'connected');
        await talkTo(target);
        await ring.hangUp();
        await seat.desk.gone('8004');
        expect(endOf(row.id)).toMatchObject({ by: 'party' });
      });
    });

    describe('while muted', () => {
      async function muted() {
        const call = await seat.talking(room);
        await seat.desk.done({ type: 'mute', on: true });
        await room.untilHears('nothing');
        return call;
      }
      const unmuted = () => seat.desk.until('unmuted', ({ headset }) => !headset.muted);

      it('the caller hangs up: muting ends with the call, and the next caller is heard and hears', async () => {
        const { line } = await muted();
        await line.hangUp();
        await seat.desk.gone('8002');
        await unmuted();
        await seat.headset.untilHears('nothing');
        await seat.talking(room);
      });

      it('held and retrieved: muting has ended, the two hear each other', async () => {
        const { row } = await muted();
        await seat.desk.done({ type: 'hold' });
        await unmuted();
        await room.untilHears('music');
        await seat.headset.untilHears('nothing');
        await seat.desk.done({ type: 'retrieve', call: row.id });
        await talkTo(room);
      });

      it('a second call is answered: the second hears the operator, and so does the first when it comes back', async () => {
        const { row } = await muted();
        const other = await seat.guest('8003');
        const second = await seat.waiting(other);
        await seat.desk.done({ type: 'answer' });
        await unmuted();
        await talkTo(other);
        await room.untilHears('music');
        await second.line.hangUp();
        await seat.desk.gone('8003');
        expect(await seat.desk.call('8002', 'connected')).toMatchObject({ id: row.id });
        await talkTo(room);
      });
    });

    it('after a swap the held destination hangs up: the operator stays with the source', async () => {
      const { row, ring } = await asked();
      await seat.desk.done({ type: 'swap' });
      await talkTo(room);
      await target.untilHears('music');
      await ring.hangUp();
      await seat.desk.gone('8004');
      await talkTo(room);
      expect(seat.desk.board()).toMatchObject({ source: row.id, destination: null });
    });

    it('after a swap the source, who is in the ear, hangs up: the held destination comes back', async () => {
      const { line, destination } = await asked();
      await seat.desk.done({ type: 'swap' });
      await talkTo(room);
      await line.hangUp();
      await seat.desk.gone('8002');
      expect(await seat.desk.call('8004', 'connected')).toMatchObject({ id: destination.id });
      await talkTo(target);
    });

    it('a waiting call is declined: the caller is told so and not that it is busy', async () => {
      const { line, row } = await seat.waiting(room);
      await seat.desk.done({ type: 'reject', call: row.id, cause: 'declined' });
      const { by, status } = await line.ended;
      expect(by).toBe('exchange');
      expect(status).toBe(403);
      await seat.desk.gone('8002');
      expect(endOf(row.id)).toMatchObject({ by: 'operator', cause: { key: 'rejected' } });
    });

    describe('after a take-back', () => {
      async function takenBack() {
        const call = await seat.talking(room);
        await seat.desk.done({ type: 'transfer', number: '8004' });
        const ring = await ringingAt(target);
        await seat.desk.until('it rings there', ({ extended }) =>
          extended.find(({ id, state }) => id === call.row.id && state === 'ringing'),
        );
        await seat.desk.done({ type: 'take-back' });
        await ring.ended;
        await talkTo(room);
        return call;
      }

      it('the caller hangs up', async () => {
        const { line, row } = await takenBack();
        await line.hangUp();
        await seat.desk.gone('8002');
        expect(endOf(row.id)).toMatchObject({ by: 'party' });
      });

      it('the operator hangs up', async () => {
        const { line, row } = await takenBack();
        await seat.desk.done({ type: 'leave' });
        expect((await line.ended).by).toBe('exchange');
        await seat.desk.gone('8002');
        expect(endOf(row.id)).toMatchObject({ by: 'operator' });
      });
    });
  },
);
