/**
 * The load of the call-core bench, in a process of its own: the headset phone and the guests, driven by messages
 * from the bench. Times are nanoseconds of CLOCK_MONOTONIC, the clock of every process on the machine.
 */
import { secretOf } from '../../e2e/exchange/test-phones.ts';
import { type Phone, startPhone } from '../../e2e/phones/phone.ts';

export type CallerRequest =
  | {
      readonly op: 'start';
      readonly exchange: { host: string; port: number };
      readonly guests: readonly string[];
    }
  | { readonly op: 'call'; readonly guest: string; readonly number: string }
  | { readonly op: 'arm'; readonly guest: string }
  | { readonly op: 'heard'; readonly guest: string }
  | { readonly op: 'close' };

export type CallerAnswer = { readonly ok: boolean; readonly at?: string; readonly error?: string };

const HEARD_MS = 5000;
const phones = new Map<string, Phone>();
let headset: Phone | null = null;

function phoneOf(number: string): Phone {
  const phone = phones.get(number);
  if (!phone) throw new Error(`no phone ${number}`);
  return phone;
}

async function serve(request: CallerRequest): Promise<CallerAnswer> {
  switch (request.op) {
    case 'start': {
      const { exchange } = request;
      headset = await startPhone({ number: '8001', password: secretOf('8001'), exchange, autoAnswer: true });
      await headset.register();
      for (const number of request.guests) {
        const phone = await startPhone({ number, password: secretOf(number), exchange });
        await phone.register();
        phones.set(number, phone);
      }
      return { ok: true };
    }
    case 'call': {
      const call = await phoneOf(request.guest).call(request.number);
      call.answered.catch(() => undefined);
      return { ok: true };
    }
    case 'arm':
      headset?.mark();
      phoneOf(request.guest).mark();
      return { ok: true };
    case 'heard': {
      const guest = phoneOf(request.guest);
      if (!headset) throw new Error('no headset phone');
      const [there, here] = await Promise.all([
        guest.firstHeard(headset.toneHz, HEARD_MS),
        headset.firstHeard(guest.toneHz, HEARD_MS),
      ]);
      return { ok: true, at: String(there > here ? there : here) };
    }
    case 'close':
      await Promise.all([...phones.values(), ...(headset ? [headset] : [])].map((phone) => phone.close()));
      return { ok: true };
  }
}

process.on('message', (message: { id: number; request: CallerRequest }) => {
  void serve(message.request)
    .catch((error): CallerAnswer => ({ ok: false, error: String(error) }))
    .then((answer) => {
      process.send?.({ id: message.id, answer });
      if (message.request.op === 'close') process.disconnect();
    });
});
