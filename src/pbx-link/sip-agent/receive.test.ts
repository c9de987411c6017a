import { expect, test } from 'vitest';
import { HOSTILE_FAMILIES } from './message/testing/hostile-messages.ts';
import { mutate, seededDice } from './message/testing/mutations.ts';
import { SAMPLE_MESSAGES } from './message/testing/sample-messages.ts';
import { receiveBytes } from './receive.ts';
import { FAIR_WEATHER } from './testing/lossy-network.ts';
import { createTwoPrograms, NOTHING_LEFT } from './testing/two-programs.ts';

const FLOW = { transport: 'udp', address: '10.0.0.9', port: 5060 } as const;

test('bent messages never break the agent, and leave nothing behind', () => {
  const world = createTwoPrograms(1, FAIR_WEATHER);
  const { bob, clock } = world;
  bob.on = (event) => {
    if (event.sip.kind === 'request' && event.sip.method !== 'ACK' && event.sip.method !== 'CANCEL') {
      bob.answer(event, '200 OK');
    }
  };
  const dice = seededDice(3_261);
  const bent = 15_000;
  for (let sent = 0; sent < bent; sent++) {
    const sample = SAMPLE_MESSAGES[dice(SAMPLE_MESSAGES.length)];
    if (sample === undefined) throw new Error('no sample');
    // Each a transaction and a call of its own, else most would be copies of the first ones.
    const own = sample.bytes.toString('latin1').replace(/(branch=z9hG4bK|^Call-ID: )/gim, `$1${sent}`);
    receiveBytes(bob.ua, mutate(Buffer.from(own, 'latin1'), dice), FLOW, 0n);
    if (sent % 50 === 0) clock.advance(1_000);
  }
  for (const family of HOSTILE_FAMILIES) receiveBytes(bob.ua, family.of(60_000), FLOW, 0n);
  expect(bob.log.filter((entry) => entry.level === 'error')).toEqual([]);
  expect(bob.ua.tally.read().received).toBeGreaterThan(bent * 0.99);
  // Some of them are good requests still, and are served.
  expect(bob.heard.length).toBeGreaterThan(1_000);
  // An hour and more: subscriptions that a bent message began last as long as it said.
  clock.advance(40 * 86_400_000);
  expect(world.leftovers()).toEqual(NOTHING_LEFT);
});

test('line ends, zeros and nothing at all are keep-alives', () => {
  const { bob } = createTwoPrograms(1, FAIR_WEATHER);
  for (const bytes of ['', '\r\n', '\r\n\r\n', '\0', '\0\0\0\0']) {
    receiveBytes(bob.ua, Buffer.from(bytes), FLOW, 0n);
  }
  expect(bob.ua.tally.read()).toMatchObject({ received: 0, malformed: {} });
});
