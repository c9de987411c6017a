import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { asteriskReference } from '../../src/pbx-link/profiles/asterisk-reference.ts';
import { phoneRoom } from '../phones/phone-room.ts';
import { type Asterisk, startAsterisk } from './asterisk.ts';
import { knowsSha256 } from './asterisk-config.ts';
import { missingAsterisk } from './missing.ts';

test('SHA-256 is known from the versions on that brought it', () => {
  const known = ['20.14.0', '21.9.1', '22.4.0', '22.10.1', '23.0.0'];
  const unknown = ['16.28.0', '18.26.1', '20.13.0', '21.8.0', '22.3.0'];
  expect(known.map(knowsSha256)).toEqual(known.map(() => true));
  expect(unknown.map(knowsSha256)).toEqual(unknown.map(() => false));
});

describe.skipIf(missingAsterisk !== '')(`an exchange for tests${missingAsterisk}`, () => {
  const running: Asterisk[] = [];
  async function start(): Promise<Asterisk> {
    const exchange = await startAsterisk();
    running.push(exchange);
    return exchange;
  }
  afterEach(async () => {
    await Promise.all(running.splice(0).map((exchange) => exchange.stop()));
  });

  test('two at once have addresses of their own and know nothing of each other', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    expect(one.port).not.toBe(two.port);
    const room = phoneRoom(() => one);
    await room.phone('8002');
    expect(await one.cli('pjsip show contacts')).toContain('8002/sip:8002@');
    expect(await two.cli('pjsip show contacts')).not.toContain('8002/sip:8002@');
    await room.empty();
  });

  test('loads the whole profile without an error in it', async () => {
    const exchange = await start();
    const log = await exchange.log();
    // Modules that want what a test has not got, and the distribution's own samples, are no fault of the profile.
    const faults = log
      .split('\n')
      .filter((line) => /ERROR|WARNING/.test(line) && !/loader\.c|users\.conf|iaxtel/.test(line));
    expect(faults).toEqual([]);
    const globals = await exchange.cli('dialplan show globals');
    expect(globals).toContain(`CORDBOARD_EXT_RING=${asteriskReference.extensionRingTimeSeconds}\n`);
  });

  test('killed it takes its calls with it and tells nobody; started again it knows its phones', async () => {
    const exchange = await start();
    const room = phoneRoom(() => exchange);
    const [a, b] = [await room.phone('8002'), await room.phone('8003', { onRing: 'answer' })];
    const call = await a.call('8003');
    await call.answered;
    await a.untilHears({ tone: b.toneHz });
    expect(await exchange.channels()).toBe(2);
    // Asterisk writes its registrations to its database once a second.
    await delay(1200);
    await exchange.kill();
    await a.untilHears('nothing');
    expect(call.state).toBe('connected');
    await exchange.start();
    expect(await exchange.channels()).toBe(0);
    const again = await a.call('8003');
    await again.answered;
    await b.untilHears({ tone: a.toneHz });
    await room.empty();
  });

  test('frozen it is silent, thawed it answers what was asked meanwhile', async () => {
    const exchange = await start();
    const room = phoneRoom(() => exchange);
    const phone = await room.phone('8002');
    exchange.freeze();
    const answer = phone.options('8003');
    expect(await Promise.race([answer, delay(300, 'silence')])).toBe('silence');
    exchange.thaw();
    expect(await answer).toBe(200);
    await room.empty();
  });

  test('notices within seconds that a line died, and rings the other one alone', async () => {
    const exchange = await start();
    const room = phoneRoom(() => exchange);
    const [caller, dead, alive] = [
      await room.phone('8002'),
      await room.phone('8000'),
      await room.phone('8009'),
    ];
    await dead.close();
    await vi.waitFor(
      async () => expect(await exchange.cli('pjsip show contacts')).toMatch(/8000\/sip:.*Unavail/),
      {
        timeout: 10_000,
        interval: 200,
      },
    );
    await caller.call('9100');
    await alive.nextCall();
    await room.empty();
  });
});
