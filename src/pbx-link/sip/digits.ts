import type { CallId } from '../model/call.ts';
import type { ExchangeOutcome } from '../model/exchange-command.ts';
import { causeOfResponse } from './cause.ts';
import { DONE, delay, findCall, type LinkCall, type LinkCore, refused } from './link-core.ts';

const DIGITS = /^[0-9A-D*#,]{1,64}$/;
/** RFC 4733's number for a flash among the telephone events, which exchanges take as a signal's name too. */
const FLASH = '16';
const PAUSE_MS = 1000;
/** Length of each tone as most exchanges want it at least, in milliseconds. */
const DURATION_MS = 160;

/**
 * Digits into the call by SIP INFO (application/dtmf-relay), one after another: the exchange turns each into
 * RFC 4733 for the far side, whatever that side understands. A comma waits a second. A second row of digits waits for
 * the first, and a call that is put away meanwhile gets no further digit.
 */
export async function sendDigits(core: LinkCore, id: CallId, digits: string): Promise<ExchangeOutcome> {
  if (!DIGITS.test(digits)) return refused('bad-digits', digits);
  const found = findCall(core, id, 'connected');
  if (!found.call) return found.refusal;
  const { call } = found;
  return call.digits.run(async () => {
    for (const digit of digits) {
      const refusal = digit === ',' ? await delay(core, PAUSE_MS) : await info(core, call, digit);
      if (refusal) return refusal;
    }
    return DONE;
  });
}

/** Flash (row B14): the short break of the loop that an analogue line behind the exchange waits for. */
export async function flash(core: LinkCore, id: CallId): Promise<ExchangeOutcome> {
  const found = findCall(core, id, 'connected');
  if (!found.call) return found.refusal;
  const { call } = found;
  return call.digits.run(async () => (await info(core, call, FLASH)) ?? DONE);
}

async function info(core: LinkCore, call: LinkCall, signal: string): Promise<ExchangeOutcome | null> {
  if (call.phase === 'gone') return refused('call-gone');
  if (call.phase !== 'connected' || core.inHand !== call) return refused('call-moved-on', call.phase);
  const answer = await call.leg?.request(
    'INFO',
    { 'Content-Type': 'application/dtmf-relay' },
    `Signal=${signal}\r\nDuration=${DURATION_MS}\r\n`,
  );
  if (!answer || answer.kind === 'none') return refused(call.leg?.ended === false ? 'timeout' : 'call-gone');
  if (answer.res.status < 300) return null;
  return { outcome: 'refused', reason: causeOfResponse(answer.res.status, answer.res.reason, undefined) };
}
