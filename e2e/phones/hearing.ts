import type { Heard } from './tone.ts';

/** What a test expects a phone to hear: just these tones and no other sound, music, silence, or no packets at all. */
export type HearingSpec =
  | { readonly tone: number }
  | { readonly tones: readonly number[] }
  | 'music'
  | 'silence'
  | 'nothing';

/** Packets that must have come before what is heard counts: 80 ms. */
const ENOUGH = 4;

export function isHeard(spec: HearingSpec, heard: Heard): boolean {
  if (spec === 'nothing') return heard.packets === 0;
  if (heard.packets < ENOUGH) return false;
  if (spec === 'silence') return heard.silence;
  if (spec === 'music') return heard.music && heard.tones.length === 0;
  const wanted = 'tone' in spec ? [spec.tone] : spec.tones.toSorted((a, b) => a - b);
  return (
    !heard.music && heard.tones.length === wanted.length && wanted.every((hz, i) => hz === heard.tones[i])
  );
}

/** Several calls at one ear. */
export function mergeHeard(all: readonly Heard[]): Heard {
  const tones = [...new Set(all.flatMap((heard) => heard.tones))].sort((a, b) => a - b);
  const packets = all.reduce((sum, heard) => sum + heard.packets, 0);
  const music = all.some((heard) => heard.music);
  return { tones, music, packets, silence: packets > 0 && !music && tones.length === 0 };
}

export function describeHeard({ tones, music, silence, packets }: Heard): string {
  if (packets === 0) return 'nothing (no packets)';
  if (silence) return 'silence';
  return [...tones.map((hz) => `${hz} Hz`), ...(music ? ['music'] : [])].join(', ') || 'something unclear';
}
