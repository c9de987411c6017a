import type { SeatCheckItem } from '../model/seat-check.ts';
import type { ExchangeProfile } from '../profiles/exchange-profile.ts';
import type { Exchange } from './exchange.ts';

const PROBE_TIMEOUT_MS = 4000;

/**
 * Asks the exchange what the seat may (row B1): OPTIONS to each marker of the profile, which the exchange answers
 * with 200 where the operator line's dialplan has it and with 404 where not (RFC 3261 11.2).
 */
export function checkSeat(exchange: Exchange, profile: ExchangeProfile): Promise<SeatCheckItem[]> {
  return Promise.all(
    profile.seatChecks.map(async (check): Promise<SeatCheckItem> => {
      if (check.probe === null) return { name: check.name, result: 'unknown', reason: check.reason };
      const answer = await exchange.ask('OPTIONS', exchange.uri(check.probe), {}, PROBE_TIMEOUT_MS);
      if (answer.kind === 'none' || answer.res.source_address === '') {
        return { name: check.name, result: 'unknown', reason: { key: 'exchange-silent' } };
      }
      const { status } = answer.res;
      if (status === 200) return { name: check.name, result: 'ok' };
      const detail = `SIP ${status} ${answer.res.reason ?? ''}`.trim();
      if (status === 404)
        return { name: check.name, result: 'missing', reason: { key: 'forbidden', detail } };
      return { name: check.name, result: 'unknown', reason: { key: 'exchange-error', detail } };
    }),
  );
}
