import { expect } from 'vitest';
import type { BoardCall } from '../../src/contract/board.ts';
import type { OperatorCommand } from '../../src/contract/operator-command.ts';
import { type Console, type ConsoleSettings, startConsole } from '../console/console.ts';
import type { Desk } from '../console/desk.ts';
import { type Asterisk, startAsterisk } from '../exchange/asterisk.ts';
import type { ExchangeSettings } from '../exchange/asterisk-config.ts';
import { secretOf } from '../exchange/test-phones.ts';
import { type Phone, type PhoneOptions, startPhone } from '../phones/phone.ts';
import type { PhoneCall } from '../phones/phone-call.ts';

/** The number that guests dial for the operator; both operator lines ring on it. */
export const OPERATOR = '9100';

/** A real exchange, the console on operator line 8000 with headset phone 8001 bound, and whoever is asked for. */
export type Seat = {
  readonly asterisk: Asterisk;
  readonly console: Console;
  readonly desk: Desk;
  readonly headset: Phone;
  /** A registered phone; the same one when asked again. */
  guest(number: string, options?: Partial<PhoneOptions>): Promise<Phone>;
  /** A guest calls the operator's number and is seen waiting on the board. */
  waiting(phone: Phone, number?: string): Promise<{ readonly line: PhoneCall; readonly row: BoardCall }>;
  /** As `waiting`, and answered; both hear each other. */
  talking(phone: Phone): Promise<{ readonly line: PhoneCall; readonly row: BoardCall }>;
  /** Ends every call, so that the next test begins with an empty board. Nothing that cannot be was reported. */
  tidy(): Promise<void>;
  /** Nothing is left of any call: no row, no sound in the headset, no channel but the two of the standing call. */
  nothingLeft(): Promise<void>;
  close(): Promise<void>;
};

/** What a test wants otherwise than the ordinary seat has it. */
export type SeatOptions = {
  readonly desk?: ConsoleSettings['desk'];
  readonly agent?: ConsoleSettings['agent'];
  /** What the console is told of the exchange. With a profile other than the reference the headset phone is lifted by hand. */
  readonly exchange?: Partial<ConsoleSettings['exchange']>;
  /** More arguments of the console's command line. */
  readonly args?: readonly string[];
  /** How the exchange itself is set. */
  readonly asterisk?: ExchangeSettings;
};

export async function openSeat(options: SeatOptions = {}): Promise<Seat> {
  const asterisk = await startAsterisk(options.asterisk);
  const exchange = { host: asterisk.host, port: asterisk.port };
  const phones = new Map<string, Phone>();

  async function guest(number: string, options: Partial<PhoneOptions> = {}): Promise<Phone> {
    const known = phones.get(number);
    if (known) return known;
    const phone = await startPhone({ number, password: secretOf(number), exchange, ...options });
    phones.set(number, phone);
    expect(await phone.register()).toBe(200);
    return phone;
  }

  const lifted = (options.exchange?.profile ?? 'asterisk-reference') !== 'asterisk-reference';
  const headset = await guest('8001', lifted ? { onRing: 'answer' } : { autoAnswer: true });
  const console = await startConsole(
    {
      exchange: { ...exchange, ...options.exchange },
      line: { number: '8000', password: secretOf('8000') },
      headset: { number: '8001' },
      desk: { bindAtStart: true, ...options.desk },
      agent: options.agent,
    },
    { args: options.args ?? [] },
  );
  const at = console.desk;
  await at.until(
    'a bound headset',
    (board) => board.headset.state === 'bound' && board.line.state === 'registered',
  );

  async function waiting(phone: Phone, number = OPERATOR) {
    const line = await phone.call(number);
    // Nobody is there to wait for a call that is given up later on.
    line.answered.catch(() => undefined);
    const row = await at.call(phone.number, 'queued');
    return { line, row };
  }

  /** The party may be quicker: then the call is gone, which is what is wanted. */
  async function end(command: OperatorCommand) {
    const { outcome, reason } = await at.act(command);
    if (outcome !== 'done' && reason?.key !== 'call-gone')
      throw new Error(`${JSON.stringify(command)} is ${outcome}: ${JSON.stringify(reason)}`);
  }

  return {
    asterisk,
    console,
    desk: at,
    headset,
    guest,
    waiting,
    async talking(phone) {
      const { line } = await waiting(phone);
      await at.done({ type: 'answer' });
      await Promise.all([
        headset.untilHears({ tone: phone.toneHz }),
        phone.untilHears({ tone: headset.toneHz }),
      ]);
      const row = await at.call(phone.number, 'connected');
      return { line, row };
    },
    async tidy() {
      for (const phone of phones.values()) {
        phone.onRing('ring');
        if (phone !== headset) await Promise.all(phone.calls().map((call) => hangUp(call)));
      }
      for (const { id, connection } of at.board().calls)
        await end({ type: connection.state === 'failed' ? 'acknowledge' : 'clear', call: id });
      await at.until('an empty board', (board) => board.calls.length === 0);
      expect(at.board().anomalies, console.log()).toBe(0);
    },
    async nothingLeft() {
      await at.until('an empty board', (board) => board.calls.length === 0);
      await headset.untilHears('nothing');
      await expect.poll(() => asterisk.channels(), { timeout: 6000 }).toBe(2);
      expect(at.board().anomalies, console.log()).toBe(0);
    },
    async close() {
      const code = await console.stop();
      await Promise.all([...phones.values()].map((phone) => phone.close()));
      await asterisk.stop();
      expect(code, `the console ended in order:\n${console.log()}`).toBe(0);
    },
  };
}

/** Puts the receiver down, whatever the call is at that moment. */
export async function hangUp(call: PhoneCall): Promise<void> {
  if (call.state === 'calling' || (call.state === 'ringing' && call.direction === 'out')) call.cancel();
  else if (call.state === 'ringing') call.reject(480);
  else await call.hangUp();
}

/** The call that rings at a phone now, or within some seconds. */
export async function ringingAt(phone: Phone): Promise<PhoneCall> {
  let ring: PhoneCall | undefined;
  await expect
    .poll(
      () => {
        ring = phone.calls().find((call) => call.direction === 'in' && call.state === 'ringing');
        return ring?.state;
      },
      { timeout: 5000, interval: 5 },
    )
    .toBe('ringing');
  return ring as PhoneCall;
}
