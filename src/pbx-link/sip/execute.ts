import { assertNever } from '../model/assert-never.ts';
import type { ExchangeCommand, ExchangeOutcome } from '../model/exchange-command.ts';
import { answer } from './answering.ts';
import { makeCall } from './calling.ts';
import { clear, reconnect } from './clearing.ts';
import { flash, sendDigits } from './digits.ts';
import { hold, mute, retrieve } from './holding.ts';
import { DONE, type LinkCore } from './link-core.ts';
import { reject } from './receiving.ts';
import { checkSeat } from './seat-check.ts';
import { takeBack } from './taking-back.ts';
import { join, transfer } from './transferring.ts';

/** The acts on calls, each in its turn; binding the phone is the link's own affair. */
export async function executeOnCalls(
  core: LinkCore,
  command: Exclude<ExchangeCommand, { readonly type: 'bind-headset' | 'unbind-headset' }>,
): Promise<ExchangeOutcome> {
  const act = (fn: () => Promise<ExchangeOutcome>) => core.acts.run(fn);
  switch (command.type) {
    case 'check-seat':
      core.emit({ type: 'seat-checked', items: await checkSeat(core.exchange, core.profile) });
      return DONE;
    case 'answer':
      return act(() => answer(core, command.call, command.hold));
    case 'reject':
      return reject(core, command.call, command.cause);
    case 'make-call':
      return makeCall(core, command.call, command.number, command.hold);
    case 'hold':
      return act(() => hold(core, command.call, command.by));
    case 'retrieve':
      return act(() => retrieve(core, command.call, command.hold));
    case 'mute':
      return act(() => mute(core, command.on));
    case 'clear':
      return act(() => clear(core, command.call));
    case 'reconnect':
      return act(() => reconnect(core, command.call, command.clear));
    case 'transfer':
      return act(() => transfer(core, command.call, command.number));
    case 'join':
      return act(() => join(core, command.source, command.destination));
    case 'take-back':
      return act(() => takeBack(core, command.call, command.hold));
    // These touch no media: a long row of digits must not keep the next call from being answered.
    case 'send-digits':
      return sendDigits(core, command.call, command.digits);
    case 'flash':
      return flash(core, command.call);
    default:
      return assertNever(command);
  }
}
