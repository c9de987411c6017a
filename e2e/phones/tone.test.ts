import { describe, expect, test } from 'vitest';
import { decode, encode, FRAME, type Law, SAMPLE_RATE } from './g711.ts';
import { KNOWN_TONES, listen, toneLoop, toneOf } from './tone.ts';

const LISTENED = 6 * FRAME;

function sine(hz: number, amplitude: number, length = LISTENED): Int16Array {
  return Int16Array.from({ length }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / SAMPLE_RATE));
}

function sum(...parts: readonly Int16Array[]): Int16Array {
  return Int16Array.from({ length: LISTENED }, (_, i) =>
    parts.reduce((total, part) => total + (part[i] ?? 0), 0),
  );
}

describe.each(['PCMU', 'PCMA'] as const)('%s', (law: Law) => {
  test('comes back as it went, but for its rounding', () => {
    const samples = [-32000, -8000, -501, 0, 33, 499, 7000, 31000];
    decode(law, encode(law, samples)).forEach((sample, index) => {
      const wanted = samples[index] ?? 0;
      expect(Math.abs(sample - wanted)).toBeLessThanOrEqual(Math.max(16, Math.abs(wanted) / 16));
    });
  });

  test.each(KNOWN_TONES)('the tone of %i Hz is heard as itself alone, wherever it begins', (hz) => {
    const loop = decode(law, toneLoop(law, hz));
    for (const start of [0, 3 * FRAME, 44 * FRAME])
      expect(listen(loop.subarray(start, start + LISTENED), 6)).toEqual({
        tones: [hz],
        music: false,
        silence: false,
        packets: 6,
      });
  });
});

test('phones with different last digits have different tones', () => {
  const numbers = [...Array.from({ length: 12 }, (_, index) => String(8000 + index)), 'trunk'];
  expect(new Set(numbers.map(toneOf)).size).toBe(numbers.length);
});

test('three tones together are told apart', () => {
  const [a, b, c] = [toneOf('8000'), toneOf('8001'), toneOf('trunk')];
  expect(listen(sum(sine(a, 8000), sine(b, 8000), sine(c, 8000)), 6)).toMatchObject({
    tones: [a, b, c],
    music: false,
  });
});

test('a tone over music is both', () => {
  const music = sum(sine(330, 4000), sine(415, 3000), sine(494, 3000));
  expect(listen(sum(music, sine(700, 8000)), 6)).toMatchObject({ tones: [700], music: true });
});

test('a chord at other levels, and a ring tone, are no phone', () => {
  expect(listen(sum(sine(700, 3000), sine(850, 5000)), 6)).toMatchObject({ tones: [], music: true });
  expect(listen(sum(sine(440, 4000), sine(480, 4000)), 6)).toMatchObject({ tones: [], music: true });
});

test('a tone that begins in the middle is not counted yet', () => {
  const late = sine(700, 8000);
  late.fill(0, 0, LISTENED / 2);
  expect(listen(late, 6).tones).toEqual([]);
});

test('silence is packets with nothing in them; no packets is nothing', () => {
  const quiet = decode('PCMU', new Uint8Array(LISTENED).fill(0xff));
  expect(listen(quiet, 6)).toEqual({ tones: [], music: false, silence: true, packets: 6 });
  expect(listen(new Int16Array(), 0)).toEqual({ tones: [], music: false, silence: false, packets: 0 });
});
