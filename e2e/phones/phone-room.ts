import { secretOf } from '../exchange/test-phones.ts';
import { type Phone, type PhoneOptions, startPhone } from './phone.ts';

/** The phones of one test. */
export type PhoneRoom = {
  /** A phone of the tests' exchange, registered. */
  phone(number: string, options?: Partial<PhoneOptions>): Promise<Phone>;
  /** Ends all calls, unregisters and closes all phones. */
  empty(): Promise<void>;
};

export function phoneRoom(exchange: () => { readonly host: string; readonly port: number }): PhoneRoom {
  let phones: Phone[] = [];
  return {
    phone: async (number, options = {}) => {
      const phone = await startPhone({
        number,
        password: secretOf(number),
        exchange: exchange(),
        ...options,
      });
      phones.push(phone);
      const status = await phone.register();
      if (status !== 200) throw new Error(`${number} cannot register: ${status}`);
      return phone;
    },
    empty: async () => {
      const emptied = phones;
      phones = [];
      const calls = emptied.flatMap((phone) => phone.calls());
      await Promise.all(
        calls.map(async (call) => {
          if (call.state === 'connected' || call.state === 'held') await call.hangUp();
          else if (call.direction === 'out') call.cancel();
          else call.reject(480);
          await call.ended;
        }),
      );
      await Promise.all(emptied.map((phone) => phone.unregister()));
      await Promise.all(emptied.map((phone) => phone.close()));
    },
  };
}
