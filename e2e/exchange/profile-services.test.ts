import { describe, expect, test, vi } from 'vitest';
import { asteriskReference as profile } from '../../src/pbx-link/profiles/asterisk-reference.ts';
import type { Phone } from '../phones/phone.ts';
import { missingAsterisk } from './missing.ts';
import { code, hearEachOther, profileScene } from './profile-scene.ts';

describe.skipIf(missingAsterisk !== '')(`the Asterisk profile: services${missingAsterisk}`, () => {
  const scene = profileScene();
  const { room, talk } = scene;

  describe('parking and conference', () => {
    test('parks in the slot chosen, with music and a lamp; another operator fetches the call', async () => {
      const [caller, line, other] = [
        await room.phone('8002'),
        await room.phone('8000'),
        await room.phone('8009'),
      ];
      const lamp = await other.watch('703');
      const { at } = await talk(caller, line);
      await at.transfer(code('park', { slot: '703' }));
      void at.hangUp();
      await vi.waitFor(() => expect(lamp.states.at(-1)).toBe('confirmed'));
      await caller.untilHears('music');
      await (await other.call(code('parkRetrieve', { slot: '703' }))).answered;
      await hearEachOther(caller, other);
      await vi.waitFor(() => expect(lamp.states.at(-1)).toBe('terminated'));
    });

    test('a parked call that nobody fetches comes back to the one who parked it', async () => {
      const [caller, line] = [await room.phone('8002'), await room.phone('8000')];
      await room.phone('8009');
      const { at } = await talk(caller, line);
      await at.transfer(code('park', { slot: '705' }));
      void at.hangUp();
      const back = await line.nextCall();
      expect(back.header('X-Recall')).toBe('park;slot=705;parker=8000');
      expect(back.header('X-Call-Id')).toBe(at.header('X-Call-Id'));
      expect(back.from.number).toBe('8002');
      back.answer();
      await hearEachOther(caller, line);
    });

    test('three in a conference hear the two others each', async () => {
      const [caller, line, third] = [
        await room.phone('8002'),
        await room.phone('8000'),
        await room.phone('8004', { onRing: 'answer' }),
      ];
      const { at } = await talk(caller, line);
      const consult = await line.call('8004');
      await consult.answered;
      await third.untilHears({ tone: line.toneHz });
      const number = code('conference', { room: '1' });
      await at.transfer(number);
      await consult.transfer(number);
      void at.hangUp();
      void consult.hangUp();
      const own = await line.call(number);
      await own.answered;
      await line.untilHears({ tones: [caller.toneHz, third.toneHz] });
      await caller.untilHears({ tones: [line.toneHz, third.toneHz] });
      await third.untilHears({ tones: [caller.toneHz, line.toneHz] });
    });
  });

  describe('breaking in', () => {
    test.each([
      ['listen', (_a: Phone, b: Phone, _line: Phone) => [b.toneHz], []],
      ['whisper', (_a: Phone, b: Phone, line: Phone) => [b.toneHz, line.toneHz], []],
      ['breakIn', (_a: Phone, b: Phone, line: Phone) => [b.toneHz, line.toneHz], ['party']],
    ] as const)('%s: who hears whom', async (service, extensionHears, party) => {
      const [a, b, line] = [
        await room.phone('8002'),
        await room.phone('8003', { onRing: 'answer' }),
        await room.phone('8000'),
      ];
      const call = await a.call('8003');
      await call.answered;
      await hearEachOther(a, b);
      const spy = await line.call(code(service, { ext: '8002' }));
      await spy.answered;
      await line.untilHears({ tones: [a.toneHz, b.toneHz] });
      await a.untilHears({ tones: extensionHears(a, b, line) });
      await b.untilHears({ tones: party.length > 0 ? [a.toneHz, line.toneHz] : [a.toneHz] });
      await call.hangUp();
      expect(await spy.ended).toMatchObject({ by: 'exchange' });
    });

    test('is refused for a level that is not below the operator, a number that is not there, a guest', async () => {
      const [line, guest] = [await room.phone('8000'), await room.phone('8002')];
      await scene.exchange().cli('database put BREAKIN 8003 5');
      expect(await (await line.call('*2238003')).ended).toMatchObject({ status: 403, cause: 21 });
      expect(await (await line.call('*2238777')).ended).toMatchObject({ status: 404 });
      expect(await (await guest.call('*2238003')).ended).toMatchObject({ status: 404 });
    });

    test('a call is ended by force', async () => {
      const [a, b, line] = [
        await room.phone('8002'),
        await room.phone('8003', { onRing: 'answer' }),
        await room.phone('8000'),
      ];
      const call = await a.call('8003');
      await call.answered;
      const release = await line.call(code('forceRelease', { ext: '8002' }));
      await release.answered;
      expect(await call.ended).toMatchObject({ by: 'exchange', cause: 16 });
      await vi.waitFor(() => expect(b.calls()).toHaveLength(0));
      expect(await (await line.call(code('forceRelease', { ext: '8002' }))).ended).toMatchObject({
        cause: 34,
      });
    });
  });

  describe('services of other extensions', () => {
    async function done(line: Phone, number: string): Promise<void> {
      const call = await line.call(number);
      await call.answered;
      expect(await call.ended).toMatchObject({ by: 'exchange', cause: 16 });
    }

    test('do-not-disturb, with its lamps', async () => {
      const [line, caller] = [await room.phone('8000'), await room.phone('8002')];
      await room.phone('8004');
      const [lamp, service] = [await line.watch('8004'), await line.watch('*78*8004')];
      await done(line, code('doNotDisturbOn', { ext: '8004' }));
      await vi.waitFor(() =>
        expect([lamp.states.at(-1), service.states.at(-1)]).toEqual(Array(2).fill('confirmed')),
      );
      expect(await (await caller.call('8004')).ended).toMatchObject({ status: 486 });
      await done(line, code('doNotDisturbOff', { ext: '8004' }));
      await vi.waitFor(() => expect(lamp.states.at(-1)).toBe('terminated'));
      await (await caller.call('8004')).cancel();
    });

    test('forwarding, also to the operator, and never in a circle', async () => {
      const [line, caller, target] = [
        await room.phone('8000'),
        await room.phone('8002'),
        await room.phone('8005', { onRing: 'answer' }),
      ];
      await done(line, code('forwardOn', { ext: '8004', target: '8005' }));
      const call = await caller.call('8004');
      await call.answered;
      await hearEachOther(caller, target);
      await call.hangUp();
      await done(line, code('forwardOn', { ext: '8005', target: '9100' }));
      await caller.call('8004');
      const waiting = await line.nextCall();
      expect(waiting.header('P-Called-Party-ID')).toMatch(/^<sip:8004@/);
      waiting.reject(486);
      await done(line, code('forwardOn', { ext: '8005', target: '8004' }));
      expect(await (await caller.call('8004')).ended).toMatchObject({ status: 480 });
      await done(line, code('forwardOff', { ext: '8004' }));
      expect(await (await caller.call('8004')).ended).toMatchObject({ status: 480, cause: 20 });
    });

    test('the class of service', async () => {
      const [line, caller, trunk] = [
        await room.phone('8000'),
        await room.phone('8002'),
        await room.phone('trunk'),
      ];
      await done(line, code('classOfService', { ext: '8002', level: '2' }));
      expect(await (await caller.call('05550199')).ended).toMatchObject({ status: 403, cause: 21 });
      await done(line, code('classOfService', { ext: '8002', level: '0' }));
      await caller.call('05550199');
      await trunk.nextCall();
    });

    test('are refused for an extension that is not there, and for anyone but an operator', async () => {
      const [line, guest] = [await room.phone('8000'), await room.phone('8002')];
      expect(await (await line.call('*78*8777')).ended).toMatchObject({ status: 404 });
      expect(await (await line.call('*78*55')).ended).toMatchObject({ status: 404 });
      expect(await (await line.call('*72*8004*')).ended).toMatchObject({ status: 484 });
      expect(await (await guest.call('*78*8004')).ended).toMatchObject({ status: 404 });
      // A caller cannot use the operator's codes by being transferred to one.
      await guest.call('9100');
      const at = await line.nextCall();
      at.answer();
      await hearEachOther(guest, line);
      await at.transfer('*78*8004');
      void at.hangUp();
      await vi.waitFor(() => expect(guest.calls()).toHaveLength(0));
      expect(await scene.exchange().cli('database get DND 8004')).toContain('not found');
    });
  });

  describe('what the console asks', () => {
    test('the seat check: 200 for a right that the line has, 404 for one that it has not', async () => {
      const [line, guest] = [await room.phone('8000'), await room.phone('8002')];
      for (const { name, probe } of profile.seatChecks) {
        if (probe === null) throw new Error(`no probe for ${name}`);
        expect([name, await line.options(probe)]).toEqual([name, 200]);
        expect([name, await guest.options(probe)]).toEqual([name, 404]);
      }
      await scene.exchange().cli('dialplan remove include cordboard-break-in from cordboard-operator');
      expect(await line.options('seat_break_in')).toBe(404);
      expect(await line.options('seat_break_in_level')).toBe(200);
      await scene.exchange().cli('dialplan reload');
      expect(await line.options('seat_break_in')).toBe(200);
    });

    test('lamps: dark, ringing, lit', async () => {
      const [line, caller, target] = [
        await room.phone('8000'),
        await room.phone('8002'),
        await room.phone('8004'),
      ];
      const lamp = await line.watch('8004');
      expect(lamp.status).toBe(200);
      const call = await caller.call('8004');
      const rings = await target.nextCall();
      await vi.waitFor(() => expect(lamp.states.at(-1)).toBe('early'));
      rings.answer();
      await vi.waitFor(() => expect(lamp.states.at(-1)).toBe('confirmed'));
      await call.answered;
      await call.hangUp();
      await vi.waitFor(() => expect(lamp.states.at(-1)).toBe('terminated'));
      expect((await line.watch('7777')).status).toBe(404);
    });

    test('a line that registers anew takes the place of its old address', async () => {
      const old = await room.phone('8000');
      const fresh = await room.phone('8000');
      const caller = await room.phone('8002');
      await caller.call('9100');
      await fresh.nextCall();
      await expect(old.nextCall(100)).rejects.toThrow('nobody called');
    });
  });
});
