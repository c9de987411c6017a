import type { Desk } from '../../e2e/console/desk.ts';
import type { Board, BoardCall } from '../../src/contract/board.ts';
import type { HeardCall } from './latencies.ts';
import type { Load } from './load.ts';

/** More troubles than this without a call served between them: nothing will come of it any more. */
const MAX_TROUBLES = 10;

export type ServedCalls = {
  /** Calls that were answered, heard from both sides and ended, after the warm-up. */
  readonly heard: readonly HeardCall[];
  /** Calls that were not served in time, by their names on the board. */
  readonly late: ReadonlySet<string>;
  /** What went wrong, in words; a call that never became a row is among them. */
  readonly troubles: readonly string[];
  /** When the warm-up was over, in nanoseconds of CLOCK_MONOTONIC. */
  readonly measuredFrom: bigint;
};

/**
 * Answers, hears and ends calls one after the other while `waiting` of them wait all the time: first `warmUp` calls,
 * then `calls` that count. One that times out is written down and the next is taken. Throws Error with the troubles
 * when no call can be served any more.
 */
export async function serveCalls(options: {
  readonly desk: Pick<Desk, 'board' | 'until' | 'done' | 'send'>;
  readonly load: Pick<Load, 'ask'>;
  readonly guests: readonly string[];
  readonly number: string;
  readonly waiting: number;
  readonly warmUp: number;
  readonly calls: number;
}): Promise<ServedCalls> {
  const { desk, load, guests, number, waiting, warmUp, calls } = options;
  const heard: HeardCall[] = [];
  const late = new Set<string>();
  const troubles: string[] = [];
  let inARow = 0;
  let measuredFrom = process.hrtime.bigint();

  const queued = (board: Board) =>
    board.calls.filter((call) => call.connection.state === 'queued' && !late.has(call.id));

  function trouble(what: string, error: unknown): void {
    troubles.push(`${what}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
    inARow += 1;
    if (inARow > MAX_TROUBLES) throw new Error(`no call can be served any more:\n${troubles.join('\n')}`);
  }

  /** Calls until all wait that should. The guest with the fewest calls is the next to call. */
  async function fill(): Promise<void> {
    for (;;) {
      const before = queued(desk.board()).length;
      if (before >= waiting) return;
      const guest = guests.toSorted((a, b) => callsOf(desk.board(), a) - callsOf(desk.board(), b))[0] ?? '';
      try {
        await load.ask({ op: 'call', guest, number });
        await desk.until('one call more', (board) => queued(board).length > before || null);
      } catch (error) {
        trouble(`a call of ${guest} never became a row`, error);
      }
    }
  }

  async function serve(call: BoardCall): Promise<HeardCall> {
    const guest = call.party.number;
    await load.ask({ op: 'arm', guest });
    const askedAt = process.hrtime.bigint();
    await desk.done({ type: 'answer', call: call.id });
    const { at } = await load.ask({ op: 'heard', guest });
    await desk.done({ type: 'clear', call: call.id });
    return { askedAt, audioAt: BigInt(at ?? '0') };
  }

  for (let served = 0; served < warmUp + calls; served += 1) {
    await fill();
    if (served === warmUp) measuredFrom = process.hrtime.bigint();
    const call = queued(desk.board())[0] as BoardCall;
    try {
      await desk.until('a bound headset', (board) => board.headset.state === 'bound');
      const done = await serve(call);
      if (served >= warmUp) heard.push(done);
      inARow = 0;
    } catch (error) {
      late.add(call.id);
      // What is left of it must not stand in the way of the next.
      await desk.send({ type: 'clear', call: call.id }).catch(() => undefined);
      trouble(`call ${call.id} of ${call.party.number}`, error);
    }
  }
  await fill();
  return { heard, late, troubles, measuredFrom };
}

function callsOf(board: Board, guest: string): number {
  return board.calls.filter((call) => call.party.number === guest).length;
}
