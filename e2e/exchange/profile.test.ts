import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { asteriskReference as profile } from '../../src/pbx-link/profiles/asterisk-reference.ts';
import type { ServiceName } from '../../src/pbx-link/profiles/exchange-profile.ts';
import { featureCode } from '../../src/pbx-link/profiles/feature-code.ts';
import type { Phone } from '../phones/phone.ts';
import type { PhoneCall } from '../phones/phone-call.ts';
import { phoneRoom } from '../phones/phone-room.ts';
import { type Asterisk, startAsterisk } from './asterisk.ts';
import { ensureAsterisk } from './asterisk-install.ts';

const found = await ensureAsterisk();
const missing = 'missing' in found ? ` (skipped: no Asterisk: ${found.missing})` : '';

/** The code of a service, as the product's own profile has it: what is tested is that both sides agree. */
function code(service: ServiceName, values: Readonly<Record<string, string>>): string {
  const { template } = profile.services[service];
  const dialled = template === null ? null : featureCode(template, values);
  if (dialled === null) throw new Error(`no code for ${service}`);
  return dialled;
}

const HANDS_FREE = {
  'Call-Info': '<sip:console.invalid>;answer-after=0',
  'Alert-Info': '<http://console.invalid>;info=alert-autoanswer',
};

describe.skipIf(missing !== '')(`the Asterisk profile${missing}`, () => {
  let exchange: Asterisk;
  const room = phoneRoom(() => exchange);

  beforeAll(async () => {
    exchange = await startAsterisk({ extensionRingSeconds: 1, parkingSeconds: 2 });
  }, 30_000);
  afterAll(async () => {
    await exchange?.stop();
  });
  afterEach(async () => {
    await room.empty();
    for (const family of ['DND', 'CF', 'COS', 'BREAKIN']) await exchange.cli(`database deltree ${family}`);
    await vi.waitFor(async () => expect(await exchange.channels()).toBe(0), { timeout: 5000 });
  });

  /** A caller waits at the operator's number, and the line answers him. */
  async function talk(caller: Phone, line: Phone): Promise<{ out: PhoneCall; at: PhoneCall }> {
    const out = await caller.call('9100');
    const at = await line.nextCall();
    at.answer();
    await out.answered;
    await line.untilHears({ tone: caller.toneHz });
    await caller.untilHears({ tone: line.toneHz });
    return { out, at };
  }

  async function hearEachOther(a: Phone, b: Phone): Promise<void> {
    await a.untilHears({ tone: b.toneHz });
    await b.untilHears({ tone: a.toneHz });
  }

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

    test('lets a call wait as long as the profile says, and many at once', async () => {
      const globals = await exchange.cli('dialplan show globals');
      expect(globals).toContain(`CORDBOARD_OPERATOR_RING=${profile.ringTimeSeconds}`);
      const line = await room.phone('8000');
      const callers = await Promise.all(['8002', '8003', '8004', '8005', '8006'].map((n) => room.phone(n)));
      for (const caller of callers) await caller.call('9100');
      const waiting = await Promise.all(callers.map(() => line.nextCall()));
      expect(new Set(waiting.map((call) => call.from.number)).size).toBe(5);
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
      await exchange.cli('database put COS 8002 2');
      expect(await (await guest.call('05550199')).ended).toMatchObject({ status: 403, cause: 21 });
      const { at } = await talk(guest, line);
      await at.transfer('05550199');
      void at.hangUp();
      await hearEachOther(guest, trunk);
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
      await exchange.cli('database put BREAKIN 8003 5');
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
      expect(await exchange.cli('database get DND 8004')).toContain('not found');
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
      await exchange.cli('dialplan remove include cordboard-break-in from cordboard-operator');
      expect(await line.options('seat_break_in')).toBe(404);
      expect(await line.options('seat_break_in_level')).toBe(200);
      await exchange.cli('dialplan reload');
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
