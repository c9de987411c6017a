import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { agentShared } from '../console/agent-of-tests.ts';
import { startConsole } from '../console/console.ts';
import { missingAsterisk } from '../exchange/missing.ts';
import type { Phone } from '../phones/phone.ts';
import { openSeat, ringingAt, type Seat } from './seat.ts';

/** A line whose digest has a user of its own, as hosted exchanges give them out. */
const OWN_USER = `
[8008](cordboard-line)
auth=8008
aors=8008
callerid="Operator 8" <8008>
[8008](cordboard-auth)
username=desk-eight
password=secret-of-desk-eight
[8008](cordboard-line-aor)
`;

/** An extension as an exchange without the reference dialplan has it: who is sent there and not taken is hung up. */
const PLAIN_EXTENSION = `
[cordboard-operator](+)
exten => 7004,1,Dial(PJSIP/8004,3)
 same => n,Hangup(17)
`;

describe.skipIf(missingAsterisk !== '')(
  `what a site sets, on an exchange of which nothing but SIP is known${missingAsterisk}`,
  () => {
    let seat: Seat;
    let room: Phone;
    let target: Phone;

    beforeAll(async () => {
      seat = await openSeat({
        exchange: { profile: 'generic-sip', insidePattern: '^800[0-3]$' },
        desk: { holdRecallSeconds: 1 },
        asterisk: { pjsip: OWN_USER, extensions: PLAIN_EXTENSION },
      });
      room = await seat.guest('8002');
      target = await seat.guest('8004');
    });
    afterEach(async () => {
      await seat.tidy();
      await seat.nothingLeft();
    });
    afterAll(() => seat?.close());

    const talkTo = (phone: Phone) =>
      Promise.all([
        seat.headset.untilHears({ tone: phone.toneHz }),
        phone.untilHears({ tone: seat.headset.toneHz }),
      ]);

    it('generic-sip: the headset phone was called by its plain number and lifted by hand', async () => {
      const [standing] = seat.headset.calls();
      expect(standing).toMatchObject({ direction: 'in', state: 'connected', from: { number: '8000' } });
      expect(standing?.header('Call-Info')).toBe('');
      await seat.headset.untilHears('nothing');
    });

    it('generic-sip: answered, held, retrieved', async () => {
      const { row } = await seat.talking(room);
      await seat.desk.done({ type: 'hold' });
      await room.untilHears('music');
      await seat.headset.untilHears('nothing');
      await seat.desk.done({ type: 'retrieve', call: row.id });
      await talkTo(room);
    });

    it('generic-sip: a transfer reaches its target, and the operator is out', async () => {
      const { row } = await seat.talking(room);
      await seat.desk.done({ type: 'transfer', number: '8004' });
      (await ringingAt(target)).answer();
      await target.untilHears({ tone: room.toneHz });
      await room.untilHears({ tone: target.toneHz });
      await seat.headset.untilHears('nothing');
      await seat.desk.until('answered', ({ extended }) =>
        extended.find(({ id, state }) => id === row.id && state === 'answered'),
      );
      await seat.desk.gone('8002');
    });

    it('generic-sip: what became of a transfer that failed is unknown, and nobody is said to come back', async () => {
      const { line, row } = await seat.talking(room);
      await seat.desk.done({ type: 'transfer', number: '7004' });
      (await ringingAt(target)).reject(486);
      expect((await line.ended).by).toBe('exchange');
      await seat.desk.until('an unknown end', ({ extended }) =>
        extended.find(({ id, state }) => id === row.id && state === 'unknown'),
      );
      expect(seat.desk.board().calls).toEqual([]);
    });

    it('generic-sip: taking back is refused with the reason, and the target rings on', async () => {
      const { line } = await seat.talking(room);
      await seat.desk.done({ type: 'transfer', number: '8004' });
      const ring = await ringingAt(target);
      const capability = seat.desk.board().capabilities['take-back'];
      expect(capability).toMatchObject({ key: 'capability-missing' });
      expect(await seat.desk.act({ type: 'take-back' })).toMatchObject({
        outcome: 'refused',
        reason: capability,
      });
      expect(ring.state).toBe('ringing');
      await line.hangUp();
      await ring.ended;
    });

    it('exchange.insidePattern: tells inside from outside where the exchange does not', async () => {
      const inside = await seat.waiting(room);
      expect(inside.row.origin).toBe('inside');
      const outside = await seat.waiting(target);
      expect(outside.row.origin).toBe('outside');
      for (const { line } of [inside, outside]) line.cancel();
      await seat.desk.gone('8002');
      await seat.desk.gone('8004');
      await seat.desk.done({ type: 'call', number: '8004' });
      expect(await seat.desk.call('8004', 'alerting')).toMatchObject({ direction: 'out', origin: 'outside' });
      await seat.desk.done({ type: 'leave' });
    });

    it('desk.holdRecallSeconds: a call held for so long is shown as recalling, and no longer when it is retrieved', async () => {
      const { row } = await seat.talking(room);
      await seat.desk.done({ type: 'hold' });
      const held = await seat.desk.call('8002', 'held');
      expect(held.recalling).toBe(false);
      expect(held.recallDueAt).toBe(held.connection.since + 1000);
      const recalling = await seat.desk.until('the hold recall', ({ calls }) =>
        calls.find(({ id, recalling }) => id === row.id && recalling),
      );
      expect(seat.desk.board().at).toBeGreaterThanOrEqual(recalling.recallDueAt ?? Number.POSITIVE_INFINITY);
      await room.untilHears('music');
      await seat.desk.done({ type: 'retrieve', call: row.id });
      expect(await seat.desk.call('8002', 'connected')).toMatchObject({
        recalling: false,
        recallDueAt: null,
      });
      await talkTo(room);
    });

    it.skipIf(agentShared !== '')(
      `line.authUser: a line registers and calls by the user that its secret belongs to${agentShared}`,
      async () => {
        const { host, port } = seat.asterisk;
        const line = { number: '8008', password: 'secret-of-desk-eight' };
        const settings = {
          exchange: { host, port, profile: 'generic-sip' },
          headset: { number: '8010' },
        } as const;
        const phone = await seat.guest('8010', { onRing: 'answer' });
        const mistaken = await startConsole({ ...settings, line, desk: { bindAtStart: false } });
        try {
          const refused = await mistaken.desk.until(
            'refused',
            (board) => board.line.state === 'refused' && board.line,
          );
          expect(refused.reason?.key).toBe('wrong-secret');
        } finally {
          await mistaken.stop();
        }
        const console = await startConsole({ ...settings, line: { ...line, authUser: 'desk-eight' } });
        try {
          await console.desk.until(
            'a bound headset',
            (board) => board.headset.state === 'bound' && board.line.state === 'registered',
          );
          await room.call('8008');
          await console.desk.call('8002', 'queued');
          await console.desk.done({ type: 'answer' });
          await phone.untilHears({ tone: room.toneHz });
          await room.untilHears({ tone: phone.toneHz });
        } finally {
          await console.stop();
        }
      },
    );
  },
);
