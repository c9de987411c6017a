import { encode, type Law, SAMPLE_RATE } from './g711.ts';

/** How loud each phone's tone is: a quarter of the full range, so that three together are not clipped. */
export const TONE_AMPLITUDE = 8000;

/** The pitches that phones use: whole periods fit one second, and none is a signal tone of the exchange. */
const LOWEST_HZ = 550;
const STEP_HZ = 75;
const TONES = 30;

/** The tone of the phone with this number; numbers that differ in their last two digits (below 30) differ. */
export function toneOf(number: string): number {
  const digits = /\d{1,2}$/.exec(number);
  return LOWEST_HZ + STEP_HZ * (digits === null ? TONES - 1 : Number(digits[0]) % TONES);
}

/** Every tone that a phone may send. */
export const KNOWN_TONES: readonly number[] = Array.from(
  { length: TONES },
  (_, index) => LOWEST_HZ + STEP_HZ * index,
);

/** One second of a tone, encoded; repeated it goes on without a click. */
export function toneLoop(law: Law, hz: number): Buffer {
  const step = (2 * Math.PI * hz) / SAMPLE_RATE;
  const samples = Array.from({ length: SAMPLE_RATE }, (_, index) => TONE_AMPLITUDE * Math.sin(step * index));
  return encode(law, samples);
}

/** The amplitude of one pitch in the samples (Goertzel's algorithm, with a Hann window). */
export function amplitudeAt(samples: Int16Array, hz: number): number {
  const { length } = samples;
  if (length === 0) return 0;
  const turn = (2 * Math.PI * hz) / SAMPLE_RATE;
  const coefficient = 2 * Math.cos(turn);
  let last = 0;
  let before = 0;
  for (let index = 0; index < length; index += 1) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * (index + 0.5)) / length);
    const next = (samples[index] ?? 0) * window + coefficient * last - before;
    before = last;
    last = next;
  }
  const power = last * last + before * before - coefficient * last * before;
  // A Hann window halves the amplitude; a sine's energy is shared by two frequencies.
  return (4 * Math.sqrt(Math.max(power, 0))) / length;
}

export type Heard = {
  /** The tones of phones, in Hz, lowest first. */
  readonly tones: readonly number[];
  /** Sound that is no phone's tone: music on hold, an announcement, a ring tone. */
  readonly music: boolean;
  /** Packets come, and there is nothing in them. */
  readonly silence: boolean;
  /** How many packets came in the time listened to; 0 is not silence but nothing at all. */
  readonly packets: number;
};

/** Below this mean level (of 32,767) it is silence. */
const QUIET = 100;
/** A tone passes Asterisk unchanged or transcoded once or twice. */
const TOLERANCE = 0.2;
/** The share of the energy that may be left when the tones are taken away. */
const RESIDUE = 0.15;

/**
 * What the samples hold. A tone counts when it is as loud as phones send it in the first and the second half of
 * the samples alike, which music does not do.
 */
export function listen(samples: Int16Array, packets: number): Heard {
  if (packets === 0 || samples.length === 0) return { tones: [], music: false, silence: false, packets };
  const energy = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  if (Math.sqrt(energy) < QUIET) return { tones: [], music: false, silence: true, packets };
  const middle = samples.length >> 1;
  const parts = [samples, samples.subarray(0, middle), samples.subarray(middle)];
  const loud = (hz: number) =>
    parts.every((part) => Math.abs(amplitudeAt(part, hz) / TONE_AMPLITUDE - 1) < TOLERANCE);
  const tones = KNOWN_TONES.filter(loud);
  const explained = tones.length * (TONE_AMPLITUDE * TONE_AMPLITUDE) * 0.5;
  return { tones, music: energy - explained > RESIDUE * energy, silence: false, packets };
}
