import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/pbx-link/model/clock.ts';
import type { ExchangeEvent } from '../../src/pbx-link/model/exchange-event.ts';
import type { ExchangeLink } from '../../src/pbx-link/model/exchange-link.ts';
import { asteriskReference } from '../../src/pbx-link/profiles/asterisk-reference.ts';
import { createSipLink } from '../../src/pbx-link/sip/sip-link.ts';
import { type SipAgent, startSipAgent } from '../../src/pbx-link/sip-agent/sip-agent.ts';
import { agentElsewhere } from '../console/agent-of-tests.ts';
import { type Asterisk, startAsterisk } from '../exchange/asterisk.ts';
import { missingAsterisk } from '../exchange/missing.ts';
import { secretOf } from '../exchange/test-phones.ts';
import { type Phone, startPhone } from '../phones/phone.ts';

const skipped = missingAsterisk || agentElsewhere;

/** What happens to the PC itself: it sleeps, and its address changes. The link runs here, so that both can be made. */
describe.skipIf(skipped !== '')(`the link on a PC that sleeps and moves${skipped}`, () => {
  let asterisk: Asterisk;
  let agent: SipAgent;
  let link: ExchangeLink;
  let headset: Phone;
  let room: Phone;
  const events: ExchangeEvent[] = [];
  const sent: string[] = [];
  let asleep = 0;
  let address = '127.0.0.1';

  async function until(
    type: ExchangeEvent['type'],
    holds: (event: never) => boolean,
    from = 0,
  ): Promise<ExchangeEvent> {
    return vi.waitFor(
      () => {
        const found = events.slice(from).find((event) => event.type === type && holds(event as never));
        if (!found) throw new Error(`no such ${type} event among ${JSON.stringify(events.slice(from))}`);
        return found;
      },
      { timeout: 15_000, interval: 5 },
    );
  }

  beforeAll(async () => {
    asterisk = await startAsterisk();
    const exchange = { host: asterisk.host, port: asterisk.port };
    const phone = async (number: string, autoAnswer = false) => {
      const made = await startPhone({ number, password: secretOf(number), exchange, autoAnswer });
      expect(await made.register()).toBe(200);
      return made;
    };
    headset = await phone('8001', true);
    room = await phone('8002');
    agent = await startSipAgent({
      udp: { host: '0.0.0.0', port: 0 },
      localAddressFor: () => address,
      trace: ({ direction, bytes }) => {
        if (direction === 'out') sent.push(bytes.toString('latin1'));
      },
    });
    link = createSipLink({
      agent: agent.admin,
      exchange: { ...exchange, transport: 'udp' },
      line: { number: '8000', password: secretOf('8000'), expires: 300 },
      headset: { number: '8001', standby: 'recvonly' },
      profile: asteriskReference,
      log: () => undefined,
      clock: { now: () => systemClock.now() + asleep, after: systemClock.after },
      localAddress: async () => address,
    });
    link.start((event) => events.push(event));
    await until('link', ({ state }: { state: string }) => state === 'up');
    expect(await link.execute({ type: 'bind-headset' })).toEqual({ outcome: 'done' });
    const line = await room.call('9100');
    line.answered.catch(() => undefined);
    const { call } = (await until('delivered', () => true)) as { call: string };
    expect(await link.execute({ type: 'answer', call, hold: null })).toEqual({ outcome: 'done' });
    await headset.untilHears({ tone: room.toneHz });
  });

  afterAll(async () => {
    await link?.stop();
    await agent?.close();
    await headset?.close();
    await room?.close();
    await asterisk?.stop();
  });

  it('after a sleep of eight hours nothing is believed until the exchange has confirmed it', async () => {
    const from = events.length;
    asleep = 8 * 3600_000;
    await until(
      'link',
      ({ state, reason }: { state: string; reason?: { key: string } }) =>
        state === 'connecting' && reason?.key === 'resumed-from-sleep',
      from,
    );
    await until('line', ({ state }: { state: string }) => state === 'registered', from);
    await until('link', ({ state }: { state: string }) => state === 'up', from);
    const snapshot = (await until('snapshot', () => true, from)) as Extract<
      ExchangeEvent,
      { type: 'snapshot' }
    >;
    expect(snapshot.calls.map(({ state }) => state)).toEqual(['connected']);
    await headset.untilHears({ tone: room.toneHz });
    await room.untilHears({ tone: headset.toneHz });
  });

  it('a new address is told to the exchange for the line and for every leg, and the call goes on', async () => {
    const from = events.length;
    sent.length = 0;
    address = '127.0.0.2';
    await until(
      'link',
      ({ reason }: { reason?: { key: string } }) => reason?.key === 'address-changed',
      from,
    );
    await until('link', ({ state }: { state: string }) => state === 'up', from);
    const contacts = (method: string) =>
      sent
        .filter((text) => text.startsWith(`${method} `))
        .map((text) => /^Contact: .*@([\d.]+):/im.exec(text)?.[1]);
    expect(contacts('REGISTER').at(-1)).toBe('127.0.0.2');
    // Both legs of the call: the party's and the headset phone's.
    const legs = new Set(
      sent.filter((text) => text.startsWith('INVITE ')).map((text) => /^Call-ID: (.*)$/im.exec(text)?.[1]),
    );
    expect(legs.size).toBe(2);
    expect(new Set(contacts('INVITE'))).toEqual(new Set(['127.0.0.2']));
    await headset.untilHears({ tone: room.toneHz });
    await room.untilHears({ tone: headset.toneHz });
  });
});
