import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { agentOfTests } from '../console/agent-of-tests.ts';
import { type SeparateAgent, startSeparateAgent } from '../console/separate-agent.ts';
import { missingAsterisk } from '../exchange/missing.ts';
import type { Phone } from '../phones/phone.ts';
import { openSeat, ringingAt, type Seat } from './seat.ts';

/** The console drives a SIP stack that is not its own over host, port and secret, as it would a drachtio-server. */
describe.skipIf(missingAsterisk !== '')(`calls over an agent in another process${missingAsterisk}`, () => {
  let agent: SeparateAgent;
  let seat: Seat;
  let room: Phone;
  let target: Phone;

  beforeAll(async () => {
    agent = await startSeparateAgent();
    seat = await openSeat({ agent: agentOfTests(agent.address) });
    room = await seat.guest('8002');
    target = await seat.guest('8004');
  });
  afterAll(async () => {
    await seat?.close();
    await agent?.kill();
  });

  describe('while it runs', () => {
    afterEach(() => seat.tidy());

    it('answered, held, retrieved, ended by the caller', async () => {
      const { line, row } = await seat.talking(room);
      await seat.desk.done({ type: 'hold' });
      await room.untilHears('music');
      await seat.headset.untilHears('nothing');
      await seat.desk.done({ type: 'retrieve', call: row.id });
      await room.untilHears({ tone: seat.headset.toneHz });
      await seat.headset.untilHears({ tone: room.toneHz });
      await line.hangUp();
      await seat.nothingLeft();
    });

    it('a caller who gives up while he waits', async () => {
      const { line, row } = await seat.waiting(room);
      line.cancel();
      await seat.desk.gone('8002');
      expect(seat.desk.board().ended.find(({ id }) => id === row.id)).toMatchObject({
        by: 'party',
        cause: { key: 'caller-gave-up' },
      });
      await seat.nothingLeft();
    });

    it('transferred: the target rings, answers, and the two talk without the operator', async () => {
      const { row } = await seat.talking(room);
      await seat.desk.done({ type: 'transfer', number: '8004' });
      (await ringingAt(target)).answer();
      await target.untilHears({ tone: room.toneHz });
      await room.untilHears({ tone: target.toneHz });
      await seat.headset.untilHears('nothing');
      await seat.desk.until('answered', ({ extended }) =>
        extended.find(({ id, state }) => id === row.id && state === 'answered'),
      );
      await expect.poll(() => seat.asterisk.channels(), { timeout: 4000 }).toBe(4);
    });

    it('consulted and joined', async () => {
      await seat.talking(room);
      target.onRing('answer');
      await seat.desk.done({ type: 'consult', number: '8004' });
      await seat.desk.call('8004', 'connected');
      await seat.headset.untilHears({ tone: target.toneHz });
      await seat.desk.done({ type: 'complete' });
      await room.untilHears({ tone: target.toneHz });
      await target.untilHears({ tone: room.toneHz });
      await expect.poll(() => seat.asterisk.channels(), { timeout: 4000 }).toBe(4);
    });
  });

  it('the agent dies: said in so many words, and the calls are shown as unknown', async () => {
    const { row } = await seat.waiting(room);
    await agent.kill();
    const { link } = await seat.desk.until('the link down', (board) => board.link.state === 'down' && board);
    expect(link.reason?.key).toBe('agent-unreachable');
    expect(seat.desk.board().calls[0]).toMatchObject({ id: row.id, stale: true });
    expect(await seat.desk.refused({ type: 'answer' })).toBe('link-down');
  });
});
