import { describe, expect, test, vi } from 'vitest';
import { missingAsterisk } from './missing.ts';
import { code, hearEachOther, profileScene } from './profile-scene.ts';

describe.skipIf(missingAsterisk !== '')(`the Asterisk profile: transfers${missingAsterisk}`, () => {
  const scene = profileScene();
  const { room, talk } = scene;

  describe('a join', () => {
    test.each(['answered', 'ringing'] as const)('to a consultation that is %s', async (when) => {
      const [caller, line, target] = [
        await room.phone('8002'),
        await room.phone('8000'),
        await room.phone('8004'),
      ];
      const { out, at } = await talk(caller, line);
      await at.hold();
      const consult = await line.call('8004');
      const rings = await target.nextCall();
      expect(rings.from.number).toBe('8000');
      await vi.waitFor(() => expect(consult.state).toBe('ringing'));
      if (when === 'answered') {
        rings.answer();
        await hearEachOther(line, target);
      }
      expect(await at.transferTo(consult)).toMatchObject({
        status: 202,
        fragments: ['SIP/2.0 100 Trying', 'SIP/2.0 200 OK'],
      });
      if (when === 'ringing') {
        expect(await consult.ended).toMatchObject({ by: 'exchange', status: 603 });
        rings.answer();
      } else expect(await consult.ended).toMatchObject({ by: 'exchange', cause: 16 });
      await at.hangUp();
      await hearEachOther(caller, target);
      // Both displays follow.
      await vi.waitFor(() => expect(rings.from.number).toBe('8002'));
      await vi.waitFor(() => expect(out.from.number).toBe('8004'));
    });
  });

  describe('a transfer that comes to nothing brings the caller back', () => {
    test.each([
      ['busy', '8004', 'busy', 'BUSY'],
      ['refusing', '8004', 'reject', 'CHANUNAVAIL|CONGESTION|BUSY'],
      ['not answering', '8004', 'ring', 'NOANSWER'],
      ['not registered', '8005', 'ring', 'CHANUNAVAIL'],
      ['not there', '8777', 'ring', 'CHANUNAVAIL'],
      ['outside without a trunk', '05550199', 'ring', 'CHANUNAVAIL|CONGESTION'],
    ] as const)('from a number that is %s', async (_name, number, onRing, status) => {
      const [caller, line] = [await room.phone('8002'), await room.phone('8000')];
      await room.phone('8004', { onRing });
      const { at } = await talk(caller, line);
      expect((await at.transfer(number)).status).toBe(202);
      void at.hangUp();
      const back = await line.nextCall();
      expect(back.from.number).toBe('8002');
      expect(back.header('X-Recall')).toMatch(new RegExp(`^${number};(${status})$`));
      expect(back.header('P-Called-Party-ID')).toMatch(/^<sip:9100@/);
      expect(back.header('X-Call-Id')).toBe(at.header('X-Call-Id'));
      back.answer();
      await hearEachOther(caller, line);
    });

    test('and a second transfer works as the first, without the old reason', async () => {
      const [caller, line, target] = [
        await room.phone('8002'),
        await room.phone('8000'),
        await room.phone('8004', { onRing: 'busy' }),
      ];
      const { at } = await talk(caller, line);
      await at.transfer('8004');
      void at.hangUp();
      const back = await line.nextCall();
      back.answer();
      await hearEachOther(caller, line);
      const other = await room.phone('8009');
      await back.transfer('8009');
      void back.hangUp();
      const moved = await other.nextCall();
      expect(moved.header('X-Recall')).toBe('');
      expect(moved.header('X-Call-Id')).toBe(at.header('X-Call-Id'));
      expect(target.calls()).toHaveLength(0);
    });

    test('to another operator when the one who transferred has gone', async () => {
      const [caller, line, other] = [
        await room.phone('8002'),
        await room.phone('8000'),
        await room.phone('8009'),
      ];
      const out = await caller.call('9100');
      const at = await line.nextCall();
      expect((await other.nextCall()).header('X-Recall')).toBe('');
      at.answer();
      await out.answered;
      await hearEachOther(caller, line);
      await room.phone('8004');
      await at.transfer('8004');
      void at.hangUp();
      await line.unregister();
      const back = await other.nextCall();
      expect(back.header('X-Recall')).toBe('8004;NOANSWER');
    });

    test.each([
      ['busy', 'BUSY'],
      ['not answered', 'NOANSWER'],
    ])('also after a join to a consultation that still rang and was then %s', async (_name, status) => {
      const [trunk, line, target] = [
        await room.phone('trunk'),
        await room.phone('8000'),
        await room.phone('8004'),
      ];
      const { at } = await talk(trunk, line);
      await at.hold();
      await trunk.untilHears('music');
      const consult = await line.call('8004');
      const rings = await target.nextCall();
      await vi.waitFor(() => expect(consult.state).toBe('ringing'));
      expect((await at.transferTo(consult)).fragments.at(-1)).toContain('200');
      void at.hangUp();
      if (status === 'BUSY') rings.reject(486);
      const back = await line.nextCall();
      expect(back.header('X-Recall')).toBe(`8004;${status}`);
      expect(back.header('X-Call-Origin')).toBe('outside');
      expect(back.header('P-Called-Party-ID')).toMatch(/^<sip:9100@/);
      expect(back.header('X-Call-Id')).toBe(at.header('X-Call-Id'));
      back.answer();
      await hearEachOther(trunk, line);
    });

    test('a consultation without a join is told why, and the caller stays where he is', async () => {
      const [caller, line] = [await room.phone('8002'), await room.phone('8000')];
      await room.phone('8004', { onRing: 'busy' });
      const { at } = await talk(caller, line);
      await at.hold();
      expect(await (await line.call('8004')).ended).toMatchObject({ status: 486, cause: 17 });
      await at.resume();
      await hearEachOther(caller, line);
    });
  });

  describe('take-back and pick-up', () => {
    test('pulls back a blind transfer that still rings; the caller is named at once', async () => {
      const [caller, line, target] = [
        await room.phone('8002'),
        await room.phone('8000'),
        await room.phone('8004'),
      ];
      const { at } = await talk(caller, line);
      await at.transfer('8004');
      void at.hangUp();
      const rings = await target.nextCall();
      const back = await line.call(code('pickUp', { ext: '8004' }));
      await back.answered;
      expect(back.from.number).toBe('8002');
      expect(await rings.ended).toMatchObject({ status: 487, reason: expect.stringContaining('elsewhere') });
      await hearEachOther(caller, line);
    });

    test('pulls back a call that was joined to a ringing consultation', async () => {
      const [caller, line, target] = [
        await room.phone('8002'),
        await room.phone('8000'),
        await room.phone('8004'),
      ];
      const { at } = await talk(caller, line);
      const consult = await line.call('8004');
      await target.nextCall();
      await vi.waitFor(() => expect(consult.state).toBe('ringing'));
      await at.transferTo(consult);
      void at.hangUp();
      const back = await line.call(code('pickUp', { ext: '8004' }));
      await back.answered;
      await hearEachOther(caller, line);
    });

    test("picks up another extension's call, and is refused where none rings", async () => {
      const [caller, line, target] = [
        await room.phone('8002'),
        await room.phone('8000'),
        await room.phone('8004'),
      ];
      await caller.call('8004');
      await target.nextCall();
      await (await line.call(code('pickUp', { ext: '8004' }))).answered;
      await hearEachOther(caller, line);
      expect(await (await line.call(code('pickUp', { ext: '8005' }))).ended).toMatchObject({ status: 480 });
    });
  });
});
