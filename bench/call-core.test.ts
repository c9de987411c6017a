import { expect, it } from 'vitest';
import type { CallRun } from './call-core/run-calls.ts';
import { benchCallCore, callFigures } from './call-core.ts';

const run = (times: readonly number[], more: Partial<CallRun> = {}): CallRun => ({
  inviteToBoard: times,
  commandToSip: times.map((time) => time / 2),
  commandToAudio: times.map((time) => time * 2).slice(0, 3),
  calls: times.length,
  lost: [],
  troubles: [],
  ...more,
});

it("each figure is the median of the runs' p99, with the p50 beside it; calls and lost are sums", () => {
  const lost = { callId: 'a', reason: 'never a row of the board' as const };
  const result = callFigures(
    [run([1, 2, 3, 10]), run([5, 6, 7, 30], { lost: [lost] }), run([2, 4, 6, 20], { troubles: ['late'] })],
    { warmUp: 100 },
  );
  expect(result).toMatchObject({
    runs: 3,
    figures: { inviteToBoardP99Ms: 20, commandToSipP99Ms: 10, commandToAudioP99Ms: 12, calls: 12, lost: 1 },
    p50: { inviteToBoardP99Ms: 4, commandToSipP99Ms: 2, commandToAudioP99Ms: 8 },
  });
  expect(result.notes).toContain('measured a run, at least: 4 INVITEs, 4 commands, 3 calls heard');
  expect(result.notes).toContain('lost, never a row of the board: 1');
  expect(result.notes).toContain('troubles, told above: 1');
});

it('a run without a measured time gives no figure', () => {
  expect(() => callFigures([run([])], { warmUp: 0 })).toThrow(RangeError);
});

it.each([
  [{ calls: 'many' }, '--calls'],
  [{ runs: '0' }, '--runs'],
  [{ 'warm-up': true as const }, '--warm-up'],
])('%j is refused by name before anything starts', async (flags, name) => {
  await expect(benchCallCore(flags)).rejects.toThrow(name);
});
