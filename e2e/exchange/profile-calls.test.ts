import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { asteriskReference as profile } from '../../src/pbx-link/profiles/asterisk-reference.ts';
import { missingAsterisk } from './missing.ts';
import { code, hearEachOther, profileScene } from './profile-scene.ts';

const HANDS_FREE = {
  'Call-Info': '<sip:console.invalid>;answer-after=0',
  'Alert-Info': '<http://console.invalid>;info=alert-autoanswer',
};

describe.skipIf(missingAsterisk !== '')(`the Asterisk profile: calls${missingAsterisk}`, () => {
  const scene = profileScene();
  const { room, talk } = scene;

  describe("the operator's number", () => {
    test('rings at all lines; the first to answer has the call, the others hear of it', async () => {
      const [caller, first, second] = [
        await room.phone('8002'),
        await room.phone('8000'),
        await room.phone('8009'),
      ];
      const call = await caller.call('9100');
      const [won, lost] = [await first.nextCall(), await second.nextCall()];
      expect(won.from).toEqual({ number: '8002', name: 'Room 8002' });
      expect(won.header('P-Called-Party-ID')).toMatch(/^<sip:9100@/);
      expect(won.header('X-Call-Origin')).toBe('inside');
      expect(won.header('X-Recall')).toBe('');
      expect(won.header('X-Call-Id')).toMatch(/^[0-9.]+$/);
      expect(lost.header('X-Call-Id')).toBe(won.header('X-Call-Id'));
      won.answer();
      expect(await lost.ended).toMatchObject({ status: 487, reason: expect.stringContaining('elsewhere') });
      await call.answered;
      await hearEachOther(caller, first);
    });

    test('rings at the one line that is registered', async () => {
      const [caller, line] = [await room.phone('8002'), await room.phone('8009')];
      await talk(caller, line);
    });

    test('tells the caller that nobody is there when no line is registered', async () => {
      const caller = await room.phone('8002');
      expect(await (await caller.call('9100')).ended).toMatchObject({ status: 480, cause: 20 });
    });

    test('rings at the night number when no line is registered', async () => {
      const [caller, night] = [await room.phone('8002'), await room.phone('8005', { onRing: 'answer' })];
      await scene.exchange().cli('dialplan set global CORDBOARD_NIGHT 8005');
      await (await caller.call('9100')).answered;
      await hearEachOther(caller, night);
      await scene.exchange().cli('dialplan set global CORDBOARD_NIGHT ""');
    });

    test('lets a caller hear music while he waits, if the site wants it', async () => {
      const [caller, line] = [await room.phone('8002'), await room.phone('8000')];
      await scene.exchange().cli('dialplan set global CORDBOARD_WAIT_MUSIC default');
      const call = await caller.call('9100');
      await call.answered;
      const waiting = await line.nextCall();
      await caller.untilHears('music');
      waiting.answer();
      await hearEachOther(caller, line);
      await scene.exchange().cli('dialplan set global CORDBOARD_WAIT_MUSIC ""');
    });

    test('lets a call wait as long as the profile says, and many at once', async () => {
      const globals = await scene.exchange().cli('dialplan show globals');
      expect(globals).toContain(`CORDBOARD_OPERATOR_RING=${profile.ringTimeSeconds}\n`);
      const line = await room.phone('8000');
      const callers = await Promise.all(['8002', '8003', '8004', '8005', '8006'].map((n) => room.phone(n)));
      for (const caller of callers) await caller.call('9100');
      const waiting = await Promise.all(callers.map(() => line.nextCall()));
      expect(new Set(waiting.map((call) => call.from.number)).size).toBe(5);
      expect(new Set(waiting.map((call) => call.header('X-Call-Id'))).size).toBe(5);
      // Longer than an extension may ring.
      await delay(1200);
      expect(waiting.map((call) => call.state)).toEqual(Array(5).fill('ringing'));
    });

    test('shows an outside call as such, with the number that was dialled', async () => {
      const [trunk, line] = [await room.phone('trunk'), await room.phone('8000')];
      const headers = { 'P-Asserted-Identity': '"Anna Meier" <sip:0215550199@carrier.invalid>' };
      await trunk.call('02188880000', { headers });
      const call = await line.nextCall();
      expect(call.from).toEqual({ number: '0215550199', name: 'Anna Meier' });
      expect(call.header('P-Called-Party-ID')).toMatch(/^<sip:02188880000@/);
      expect(call.header('X-Call-Origin')).toBe('outside');
      call.answer();
      await hearEachOther(trunk, line);
    });

    test('a call to the line itself names the line as the number dialled', async () => {
      const [caller, line] = [await room.phone('8002'), await room.phone('8000')];
      await caller.call('8000');
      const call = await line.nextCall();
      expect(call.header('P-Called-Party-ID')).toMatch(/^<sip:8000@/);
      expect(call.header('X-Call-Origin')).toBe('inside');
    });
  });

  describe('outside', () => {
    test('an operator and a guest call out by the prefix', async () => {
      const [trunk, line, guest] = [
        await room.phone('trunk', { onRing: 'answer' }),
        await room.phone('8000'),
        await room.phone('8002'),
      ];
      for (const phone of [line, guest]) {
        const call = await phone.call(code('outside', { number: '5550199' }));
        await call.answered;
        const out = await trunk.nextCall();
        expect(out.invite.uri).toMatch(/^sip:5550199@/);
        await hearEachOther(phone, trunk);
        await call.hangUp();
        await out.ended;
      }
    });

    test('a guest is dialled in to from outside', async () => {
      const [trunk, guest] = [await room.phone('trunk'), await room.phone('8002', { onRing: 'answer' })];
      await (await trunk.call('8002')).answered;
      await hearEachOther(trunk, guest);
    });

    test('a caller is transferred outside although his own class bars it, as the operator may', async () => {
      const [trunk, line, guest] = [
        await room.phone('trunk', { onRing: 'answer' }),
        await room.phone('8000'),
        await room.phone('8002'),
      ];
      await scene.exchange().cli('database put COS 8002 2');
      expect(await (await guest.call('05550199')).ended).toMatchObject({ status: 403, cause: 21 });
      const { at } = await talk(guest, line);
      await at.transfer('05550199');
      void at.hangUp();
      await hearEachOther(guest, trunk);
    });
  });

  describe('the headset phone', () => {
    test('goes hands-free by itself, and is silent while the line holds', async () => {
      const [line, headset] = [await room.phone('8000'), await room.phone('8001', { autoAnswer: true })];
      const standing = await line.call(code('headsetCall', { ext: '8001' }), { headers: HANDS_FREE });
      await standing.answered;
      const call = await headset.nextCall();
      expect(call.header('Call-Info')).toBe(HANDS_FREE['Call-Info']);
      expect(call.header('Alert-Info')).toBe(HANDS_FREE['Alert-Info']);
      await hearEachOther(line, headset);
      await standing.hold();
      await headset.untilHears('silence');
    });

    test('is refused at once when it is busy or away', async () => {
      const line = await room.phone('8000');
      const dial = async () => (await line.call(code('headsetCall', { ext: '8001' }))).ended;
      expect(await dial()).toMatchObject({ status: 480, cause: 20 });
      await room.phone('8001', { onRing: 'busy' });
      expect(await dial()).toMatchObject({ status: 486, cause: 17 });
    });
  });
});
