import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Asterisk, startAsterisk } from '../exchange/asterisk.ts';
import { knowsSha256 } from '../exchange/asterisk-config.ts';
import { ensureAsterisk } from '../exchange/asterisk-install.ts';
import { missingAsterisk } from '../exchange/missing.ts';
import { secretOf } from '../exchange/test-phones.ts';
import { startPhone } from './phone.ts';
import type { PhoneCall } from './phone-call.ts';
import { phoneRoom } from './phone-room.ts';

const found = await ensureAsterisk();
describe.skipIf(missingAsterisk !== '')(`phones on a real Asterisk${missingAsterisk}`, () => {
  let exchange: Asterisk;
  const room = phoneRoom(() => exchange);

  beforeAll(async () => {
    exchange = await startAsterisk({ extensionRingSeconds: 2 });
  }, 30_000);
  afterAll(async () => {
    await exchange?.stop();
  });
  afterEach(async () => {
    await room.empty();
    await vi.waitFor(async () => expect(await exchange.channels()).toBe(0), { timeout: 5000 });
  });

  test.each(['udp', 'tcp'] as const)(
    'two phones over %s hear each other, and nobody else',
    async (transport) => {
      const a = await room.phone('8002', { transport });
      const b = await room.phone('8003', { transport });
      const call = await a.call('8003');
      const ringing = await b.nextCall();
      expect(ringing.from).toEqual({ number: '8002', name: 'Room 8002' });
      await vi.waitFor(() => expect(call.state).toBe('ringing'));
      expect(a.hears().packets).toBe(0);
      ringing.answer();
      await call.answered;
      await a.untilHears({ tone: b.toneHz });
      await b.untilHears({ tone: a.toneHz });
      expect(call.from.number).toBe('8003');
      await ringing.hangUp();
      expect(await call.ended).toMatchObject({ by: 'exchange', cause: 16 });
      await a.untilHears('nothing');
    },
  );

  test('a phone with PCMA alone and one with PCMU alone hear each other', async () => {
    const a = await room.phone('8002', { laws: ['PCMA'] });
    const b = await room.phone('8003', { laws: ['PCMU'], onRing: 'answer' });
    const call = await a.call('8003');
    await call.answered;
    await a.untilHears({ tone: b.toneHz });
    await b.untilHears({ tone: a.toneHz });
  });

  test('the one put on hold hears music, the one who holds nothing; both talk again after', async () => {
    const a = await room.phone('8002');
    const b = await room.phone('8003', { onRing: 'answer' });
    const call = await a.call('8003');
    await call.answered;
    const other = await b.nextCall();
    await b.untilHears({ tone: a.toneHz });
    await other.hold();
    expect(other.state).toBe('held');
    await a.untilHears('music');
    await other.resume();
    await a.untilHears({ tone: b.toneHz });
    await b.untilHears({ tone: a.toneHz });
  });

  test('an INVITE without an offer is answered in the ACK', async () => {
    const a = await room.phone('8002');
    const b = await room.phone('8003', { onRing: 'answer' });
    const call = await a.call('8003', { sdp: false });
    await call.answered;
    await a.untilHears({ tone: b.toneHz });
    await b.untilHears({ tone: a.toneHz });
  });

  test('says when the first packet with a tone came', async () => {
    const a = await room.phone('8002');
    const b = await room.phone('8003');
    const call = await a.call('8003');
    const ringing = await b.nextCall();
    const mark = a.mark();
    ringing.answer();
    expect(await a.firstHeard(b.toneHz)).toBeGreaterThan(mark);
    await call.answered;
    await expect(a.firstHeard(a.toneHz, 100)).rejects.toThrow('never heard');
  });

  test('keys pass as RTP events both ways', async () => {
    const a = await room.phone('8002');
    const b = await room.phone('8003', { onRing: 'answer' });
    const call = await a.call('8003');
    await call.answered;
    const other = await b.nextCall();
    await Promise.all([call.sendDigits('12#'), other.sendDigits('*90')]);
    await vi.waitFor(() => expect(other.digits()).toBe('12#'));
    await vi.waitFor(() => expect(call.digits()).toBe('*90'));
  });

  test.each([
    ['busy', 'busy', '8003', 486, 17],
    ['rejecting', 'reject', '8003', 403, null],
    ['not registered', 'ring', '8004', 480, 20],
    ['not an extension', 'ring', '8777', 404, 1],
    ['not a number of this exchange', 'ring', '7777', 404, null],
    ['not answering', 'ring', '8003', 480, 19],
  ] as const)('a number that is %s', async (_name, onRing, number, status, cause) => {
    const a = await room.phone('8002');
    await room.phone('8003', { onRing });
    const call = await a.call(number);
    const end = await call.ended;
    expect(end).toMatchObject({ by: 'exchange', status });
    if (cause !== null) expect(end.cause).toBe(cause);
    await expect(call.answered).rejects.toThrow(String(status));
  });

  test('a caller who gives up stops the ringing', async () => {
    const a = await room.phone('8002');
    const b = await room.phone('8003');
    const call = await a.call('8003');
    const ringing = await b.nextCall();
    call.cancel();
    expect(await call.ended).toMatchObject({ status: 487 });
    expect(await ringing.ended).toMatchObject({ by: 'exchange', status: 487 });
  });

  test('rings for a while before it answers by itself', async () => {
    const a = await room.phone('8002');
    const b = await room.phone('8003');
    b.ringThenAnswer(300);
    const call = await a.call('8003');
    await vi.waitFor(() => expect(call.statuses).toContain(180));
    expect(call.state).toBe('ringing');
    await call.answered;
    await b.untilHears({ tone: a.toneHz });
  });

  test('a wrong secret and an unknown number are refused', async () => {
    const statusOf = async (number: string, password: string) => {
      const phone = await startPhone({ number, password, exchange });
      const status = await phone.register();
      await phone.close();
      return status;
    };
    expect(await statusOf('8002', 'wrong')).toBe(401);
    expect(await statusOf('8666', secretOf('8666'))).toBe(401);
  });

  test('a phone that left cannot be called', async () => {
    const a = await room.phone('8002');
    const b = await room.phone('8003');
    expect(await b.unregister()).toBe(200);
    const call = await a.call('8003');
    expect(await call.ended).toMatchObject({ status: 480, cause: 20 });
  });

  test('two calls at one ear are told apart', async () => {
    const a = await room.phone('8002');
    const b = await room.phone('8003', { onRing: 'answer' });
    const c = await room.phone('8004', { onRing: 'answer' });
    await (await a.call('8003')).answered;
    await (await a.call('8004')).answered;
    await a.untilHears({ tones: [b.toneHz, c.toneHz] });
    await expect(a.untilHears({ tone: b.toneHz }, 100)).rejects.toThrow(`${c.toneHz} Hz`);
  });

  test('nobody calls: waiting for a call ends with the reason', async () => {
    const a = await room.phone('8002');
    await expect(a.nextCall(50)).rejects.toThrow('nobody called 8002 within 50 ms');
  });

  test('a blind transfer from one phone to another', async () => {
    const [a, b, c] = [await room.phone('8002'), await room.phone('8003'), await room.phone('8004')];
    b.onRing('answer');
    const call = await a.call('8003');
    await call.answered;
    const middle = await b.nextCall();
    // Until the two are joined, which is some milliseconds after the answer, Asterisk reports 400 to a REFER.
    await b.untilHears({ tone: a.toneHz });
    const report = await middle.transfer('8004');
    expect(report.status).toBe(202);
    expect(report.fragments.at(-1)).toContain('200');
    await middle.hangUp();
    const last: PhoneCall = await c.nextCall();
    expect(last.from.number).toBe('8002');
    last.answer();
    await c.untilHears({ tone: a.toneHz });
    await a.untilHears({ tone: c.toneHz });
  });

  const sha256 = 'version' in found && knowsSha256(found.version);
  test.skipIf(!sha256)(
    'a phone that must use SHA-256 registers and calls; MD5 is not enough for it',
    async () => {
      const a = await room.phone('8011');
      const b = await room.phone('8003', { onRing: 'answer' });
      await (await a.call('8003')).answered;
      await b.untilHears({ tone: a.toneHz });
      const weak = await startPhone({
        number: '8011',
        password: secretOf('8011'),
        exchange,
        algorithm: 'MD5',
      });
      expect(await weak.register()).toBe(401);
      await weak.close();
    },
  );

  test.skipIf(!sha256)('an operator line takes SHA-256 and MD5', async () => {
    for (const algorithm of ['SHA-256', 'MD5'] as const) {
      const line = await startPhone({ number: '8000', password: secretOf('8000'), exchange, algorithm });
      expect(await line.register()).toBe(200);
      expect(await line.unregister()).toBe(200);
      await line.close();
    }
  });
});
