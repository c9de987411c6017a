import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { agentElsewhere } from '../console/agent-of-tests.ts';
import { readTrace } from '../console/trace-file.ts';
import { missingAsterisk } from '../exchange/missing.ts';
import type { Phone } from '../phones/phone.ts';
import { openSeat, type Seat } from './seat.ts';

const MINUTE_MS = 300;

describe.skipIf(missingAsterisk !== '')(
  `answering, holding and ending calls on a real Asterisk${missingAsterisk}`,
  () => {
    let seat: Seat;
    let folder: string;
    let trace: string;
    let room: Phone;
    let other: Phone;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'cordboard-trace-'));
      trace = join(folder, 'answering.sip');
      seat = await openSeat({
        desk: { minuteMs: MINUTE_MS },
        args: agentElsewhere === '' ? ['--trace', trace] : [],
      });
      room = await seat.guest('8002');
      other = await seat.guest('8003');
    });
    afterEach(() => seat.tidy());
    afterAll(async () => {
      await seat?.close();
      await rm(folder, { recursive: true, force: true });
    });

    it('a call that waits is a row with who calls, what was called, and from where', async () => {
      const { row } = await seat.waiting(room);
      expect(row).toMatchObject({
        direction: 'in',
        origin: 'inside',
        party: { number: '8002', name: 'Room 8002' },
        calledNumber: '9100',
        connection: { state: 'queued' },
        recall: null,
      });
      await seat.headset.untilHears('nothing');
    });

    it('a call from outside is told apart', async () => {
      const trunk = await seat.guest('trunk');
      const line = await trunk.call('9100');
      line.answered.catch(() => undefined);
      const row = await seat.desk.until('a call from outside', (board) =>
        board.calls.find((call) => call.origin === 'outside'),
      );
      expect(row.calledNumber).toBe('9100');
      line.cancel();
      await seat.desk.until('nobody', (board) => board.calls.length === 0);
    });

    it.skipIf(agentElsewhere !== '')(
      `waits ten minutes (of 0.3 s), with a provisional response each minute, and is then answered${agentElsewhere}`,
      async () => {
        const earlier = (await readTrace(trace)).length;
        const { line } = await seat.waiting(room);
        const own = async () => {
          const messages = (await readTrace(trace)).slice(earlier);
          const invite = messages.find(
            ({ direction, start, text }) =>
              direction === 'in' && start.startsWith('INVITE ') && text.includes('<sip:8002@'),
          );
          return messages.filter(({ callId }) => callId === invite?.callId);
        };
        const sent = async (start: string) =>
          (await own()).filter((message) => message.direction === 'out' && message.start.startsWith(start));
        // The first one says that it rings, then one for each of ten minutes (RFC 3261 13.3.1.1).
        await expect
          .poll(async () => (await sent('SIP/2.0 180 ')).length, { timeout: 10_000 })
          .toBeGreaterThan(10);
        expect(line.state).toBe('ringing');
        expect(await sent('SIP/2.0 200 ')).toEqual([]);
        await seat.desk.done({ type: 'answer' });
        await seat.headset.untilHears({ tone: room.toneHz });
        await room.untilHears({ tone: seat.headset.toneHz });
        await expect.poll(async () => (await sent('SIP/2.0 200 ')).length).toBeGreaterThan(0);
        const rings = await sent('SIP/2.0 180 ');
        expect(new Set(rings.map(({ text }) => text)).size, 'one and the same response each time').toBe(1);
        // Sent one by one, minute after minute: no two are nearer to each other than half of one.
        const gaps = rings.slice(1).map(({ at }, index) => at - (rings[index]?.at ?? at));
        expect(Math.min(...gaps)).toBeGreaterThan(MINUTE_MS / 2);
      },
    );

    it('answered: the two hear each other, and nothing else', async () => {
      const { row } = await seat.talking(room);
      expect(seat.desk.board()).toMatchObject({ source: row.id, destination: null });
      expect(row.connection.state).toBe('connected');
    });

    it('muted: the caller hears nothing, the operator still hears, and it ends with the call', async () => {
      await seat.talking(room);
      await seat.desk.done({ type: 'mute', on: true });
      await room.untilHears('nothing');
      await seat.headset.untilHears({ tone: room.toneHz });
      expect(seat.desk.board().headset.muted).toBe(true);
      await seat.desk.done({ type: 'mute', on: false });
      await room.untilHears({ tone: seat.headset.toneHz });
      await seat.desk.done({ type: 'mute', on: true });
      await seat.desk.done({ type: 'leave' });
      await seat.desk.until('unmuted', (board) => !board.headset.muted);
    });

    it('held by hand: music for the caller, nothing for the operator; retrieved: as before', async () => {
      const { row } = await seat.talking(room);
      await seat.desk.done({ type: 'hold' });
      await room.untilHears('music');
      await seat.headset.untilHears('nothing');
      expect(await seat.desk.call('8002', 'held')).toMatchObject({ connection: { by: 'hand' } });
      await seat.desk.done({ type: 'retrieve', call: row.id });
      await room.untilHears({ tone: seat.headset.toneHz });
      await seat.headset.untilHears({ tone: room.toneHz });
    });

    it('a second call is answered: the first is held by itself and comes back by itself', async () => {
      const first = await seat.talking(room);
      await seat.waiting(other);
      await seat.desk.done({ type: 'answer' });
      await room.untilHears('music');
      await seat.headset.untilHears({ tone: other.toneHz });
      await other.untilHears({ tone: seat.headset.toneHz });
      expect(await seat.desk.call('8002', 'held')).toMatchObject({ connection: { by: 'self' } });
      await seat.desk.done({ type: 'leave' });
      await seat.desk.gone('8003');
      await room.untilHears({ tone: seat.headset.toneHz });
      await seat.headset.untilHears({ tone: room.toneHz });
      expect(seat.desk.board().source).toBe(first.row.id);
    });

    it('a call held by hand does not come back by itself', async () => {
      await seat.talking(room);
      await seat.desk.done({ type: 'hold' });
      await seat.waiting(other);
      await seat.desk.done({ type: 'answer' });
      await seat.headset.untilHears({ tone: other.toneHz });
      await seat.desk.done({ type: 'leave' });
      await seat.desk.gone('8003');
      await seat.headset.untilHears('nothing');
      await room.untilHears('music');
      expect(await seat.desk.call('8002', 'held')).toMatchObject({ connection: { by: 'hand' } });
    });

    it('swapping several times always joins the right two', async () => {
      const first = await seat.talking(room);
      await seat.waiting(other);
      await seat.desk.done({ type: 'answer' });
      const second = await seat.desk.call('8003', 'connected');
      // By then Asterisk has put the two together: the music of a hold that comes before is a second late, or more.
      await other.untilHears({ tone: seat.headset.toneHz });
      for (let turn = 0; turn < 4; turn += 1) {
        const [mine, theirs, call] = turn % 2 === 0 ? [room, other, first.row.id] : [other, room, second.id];
        await seat.desk.done({ type: 'retrieve', call });
        await Promise.all([
          seat.headset.untilHears({ tone: mine.toneHz }),
          mine.untilHears({ tone: seat.headset.toneHz }),
          theirs.untilHears('music'),
        ]);
      }
    });

    it('rejected: the caller is told busy', async () => {
      const { line, row } = await seat.waiting(room);
      await seat.desk.done({ type: 'reject', call: row.id, cause: 'busy' });
      expect((await line.ended).status).toBe(486);
      await seat.desk.gone('8002');
    });

    it('a caller who gives up while waiting leaves the board with the reason', async () => {
      const { line, row } = await seat.waiting(room);
      line.cancel();
      await seat.desk.gone('8002');
      const ended = seat.desk.board().ended.find(({ id }) => id === row.id);
      expect(ended).toMatchObject({ by: 'party', cause: { key: 'caller-gave-up' } });
      expect(await seat.desk.refused({ type: 'answer', call: row.id })).toBe('call-gone');
    });

    it('the caller hangs up in the call: the row goes, the headset is silent, nothing hangs', async () => {
      const { line } = await seat.talking(room);
      await line.hangUp();
      await seat.desk.gone('8002');
      await seat.headset.untilHears('nothing');
      expect(await seat.asterisk.channels()).toBe(2); // the standing call: the console's channel and the headset's
    });

    it('the caller hangs up while held, from either side', async () => {
      const { line } = await seat.talking(room);
      await seat.desk.done({ type: 'hold' });
      await line.hangUp();
      await seat.desk.gone('8002');
      const again = await seat.talking(room);
      await seat.desk.done({ type: 'hold' });
      await seat.desk.done({ type: 'clear', call: again.row.id });
      expect((await again.line.ended).by).toBe('exchange');
      await seat.desk.gone('8002');
    });

    it('digits and a flash go into the call', async () => {
      const { line } = await seat.talking(room);
      await seat.desk.done({ type: 'send-digits', digits: '12#' });
      await expect.poll(() => line.digits(), { timeout: 4000 }).toBe('12#');
      await seat.desk.done({ type: 'flash' });
      expect(await seat.desk.refused({ type: 'send-digits', digits: '1x' })).toBe('bad-digits');
      await room.untilHears({ tone: seat.headset.toneHz });
    });

    it('a command for a call that has moved on is refused with the reason', async () => {
      const { row } = await seat.talking(room);
      expect(await seat.desk.refused({ type: 'hold', call: row.id, expect: 'queued' })).toBe('call-moved-on');
      expect(await seat.desk.refused({ type: 'hold', call: 'no-such-call' })).toBe('call-gone');
      await room.untilHears({ tone: seat.headset.toneHz });
    });

    it('an own call: rings, is answered, is ended', async () => {
      room.ringThenAnswer(200);
      await seat.desk.done({ type: 'call', number: '8002' });
      await seat.desk.call('8002', 'alerting');
      await seat.desk.call('8002', 'connected');
      await seat.headset.untilHears({ tone: room.toneHz });
      await room.untilHears({ tone: seat.headset.toneHz });
      await seat.desk.done({ type: 'leave' });
      await seat.desk.gone('8002');
      await seat.headset.untilHears('nothing');
    });

    it('what the call log tells agrees with what happened', async () => {
      const { line, row } = await seat.talking(room);
      await line.hangUp();
      await seat.desk.gone('8002');
      await expect
        .poll(
          async () =>
            (await seat.desk.query('call-log', { limit: 5 })) as { call: string; by: string | null }[],
        )
        .toContainEqual(
          expect.objectContaining({ call: row.id, by: 'party', party: row.party, calledNumber: '9100' }),
        );
    });
  },
);
