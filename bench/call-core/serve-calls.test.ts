import { expect, it } from 'vitest';
import type { Board } from '../../src/contract/board.ts';
import { serveCalls } from './serve-calls.ts';

/**
 * A desk whose calls come, are answered and end at once; `fails` says what of the n-th call (from 1) goes wrong.
 * A call that fails to come is one that the exchange never delivers.
 */
function place(fails: (n: number) => 'come' | 'answer' | 'hear' | null) {
  let calls: { id: string; party: { number: string }; connection: { state: string } }[] = [];
  let placed = 0;
  let most = 0;
  let answered = 0;
  const of = (id: string) => Number(id.slice('call-'.length));
  const board = () => ({ calls, headset: { state: 'bound' } }) as unknown as Board;
  const desk = {
    board,
    async until<T>(what: string, holds: (board: Board) => T | null | undefined | false): Promise<T> {
      const value = holds(board());
      if (value === null || value === undefined || value === false) throw new Error(`waited for: ${what}`);
      return value as T;
    },
    async done(command: { type: string; call?: string }) {
      const { type, call = '' } = command;
      if (type === 'answer' && fails(of(call)) === 'answer') throw new Error('refused');
      if (type === 'answer') answered = of(call);
      calls =
        type === 'clear'
          ? calls.filter(({ id }) => id !== call)
          : calls.map((one) => (one.id === call ? { ...one, connection: { state: 'connected' } } : one));
      return {} as never;
    },
    async send(command: { type: string; call?: string }) {
      if (fails(of(command.call ?? '')) === 'answer') throw new Error('no answer');
      await desk.done(command);
      return {} as never;
    },
  };
  const load = {
    async ask(request: { op: string; guest?: string }) {
      if (request.op === 'call') {
        placed += 1;
        if (fails(placed) !== 'come')
          calls = [
            ...calls,
            {
              id: `call-${placed}`,
              party: { number: request.guest ?? '' },
              connection: { state: 'queued' },
            },
          ];
        most = Math.max(most, calls.length);
      } else if (request.op === 'heard') {
        if (fails(answered) === 'hear') throw new Error('never heard');
        return { ok: true, at: String(process.hrtime.bigint()) };
      }
      return { ok: true };
    },
  };
  return { desk, load, placed: () => placed, waiting: () => calls.length, most: () => most };
}

const options = { guests: ['8002', '8003'], number: '9100', waiting: 3, warmUp: 2, calls: 5 };

it('serves the warm-up and the calls, with as many waiting as asked; only the calls count', async () => {
  const at = place(() => null);
  const before = process.hrtime.bigint();
  const served = await serveCalls({ ...options, desk: at.desk, load: at.load });
  expect(served).toMatchObject({ late: new Set(), troubles: [] });
  expect(served.heard).toHaveLength(5);
  expect(at.placed()).toBe(3 + 2 + 5);
  expect(at.waiting()).toBe(3);
  expect(at.most()).toBe(3);
  expect(served.measuredFrom).toBeGreaterThan(before);
  for (const { askedAt, audioAt } of served.heard) {
    expect(askedAt).toBeGreaterThan(served.measuredFrom);
    expect(audioAt).toBeGreaterThan(askedAt);
  }
});

it('a call that cannot be answered, or is never heard, is late, and the bench goes on', async () => {
  const at = place((n) => (n === 4 ? 'answer' : n === 5 ? 'hear' : null));
  const served = await serveCalls({ ...options, desk: at.desk, load: at.load });
  expect(served.late).toEqual(new Set(['call-4', 'call-5']));
  expect(served.heard).toHaveLength(3);
  expect(served.troubles.map((trouble) => trouble.split(':').at(-1)?.trim())).toEqual([
    'refused',
    'never heard',
  ]);
  // The one that hangs on the board neither counts as waiting nor is taken again.
  expect(at.waiting()).toBe(4);
});

it('a call that never becomes a row is told, and another is placed', async () => {
  const at = place((n) => (n === 2 || n === 6 ? 'come' : null));
  const served = await serveCalls({ ...options, desk: at.desk, load: at.load });
  expect(served.heard).toHaveLength(5);
  expect(served.late.size).toBe(0);
  expect(served.troubles).toHaveLength(2);
  expect(served.troubles[0]).toMatch(/^a call of 8003 never became a row/);
});

it('ends with what went wrong when nothing can be served any more', async () => {
  const at = place((n) => (n > 4 ? 'hear' : null));
  await expect(serveCalls({ ...options, calls: 100, desk: at.desk, load: at.load })).rejects.toThrow(
    /no call can be served any more:\n(.*never heard\n?){11}$/,
  );
});
