import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import { asteriskReference as profile } from '../../src/pbx-link/profiles/asterisk-reference.ts';
import type { ServiceName } from '../../src/pbx-link/profiles/exchange-profile.ts';
import { featureCode } from '../../src/pbx-link/profiles/feature-code.ts';
import type { Phone } from '../phones/phone.ts';
import type { PhoneCall } from '../phones/phone-call.ts';
import { type PhoneRoom, phoneRoom } from '../phones/phone-room.ts';
import { type Asterisk, startAsterisk } from './asterisk.ts';

/** An exchange with the shipped profile for the tests of one file, and phones on it; an operator line is a phone too. */
export type ProfileScene = {
  exchange(): Asterisk;
  readonly room: PhoneRoom;
  /** A caller waits at the operator's number, the line answers, and both hear each other. */
  talk(caller: Phone, line: Phone): Promise<{ readonly out: PhoneCall; readonly at: PhoneCall }>;
};

/**
 * Starts the exchange before the tests of this block, and after each of them frees the phones, clears the data of
 * extensions, and sees that no channel is left.
 */
export function profileScene(): ProfileScene {
  let running: Asterisk | undefined;
  const exchange = () => {
    if (running === undefined) throw new Error('the exchange does not run');
    return running;
  };
  const room = phoneRoom(exchange);
  beforeAll(async () => {
    running = await startAsterisk({ extensionRingSeconds: 1, parkingSeconds: 2 });
  });
  afterAll(() => running?.stop());
  afterEach(async () => {
    await room.empty();
    for (const family of ['DND', 'CF', 'COS', 'BREAKIN']) await exchange().cli(`database deltree ${family}`);
    await vi.waitFor(async () => expect(await exchange().channels()).toBe(0), { timeout: 5000 });
  });
  return {
    exchange,
    room,
    talk: async (caller, line) => {
      const out = await caller.call('9100');
      const at = await line.nextCall();
      at.answer();
      await out.answered;
      await hearEachOther(caller, line);
      return { out, at };
    },
  };
}

export async function hearEachOther(a: Phone, b: Phone): Promise<void> {
  await a.untilHears({ tone: b.toneHz });
  await b.untilHears({ tone: a.toneHz });
}

/** The code of a service, as the product's own profile has it: what is tested is that both sides agree. */
export function code(service: ServiceName, values: Readonly<Record<string, string>>): string {
  const { template } = profile.services[service];
  const dialled = template === null ? null : featureCode(template, values);
  if (dialled === null) throw new Error(`no code for ${service}`);
  return dialled;
}
