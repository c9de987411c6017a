/** G.711 (ITU-T G.711): one byte per sample, 8000 samples a second. */

export const SAMPLE_RATE = 8000;
/** 20 ms, the usual packet. */
export const FRAME = 160;

export type Law = 'PCMU' | 'PCMA';

/** RFC 3551: the static payload types. */
export const PAYLOAD_TYPE: Readonly<Record<Law, number>> = { PCMU: 0, PCMA: 8 };

export function lawOf(payloadType: number): Law | null {
  return payloadType === 0 ? 'PCMU' : payloadType === 8 ? 'PCMA' : null;
}

function decodeUlaw(code: number): number {
  const bits = ~code & 0xff;
  const magnitude = (((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4);
  return bits & 0x80 ? 0x84 - magnitude : magnitude - 0x84;
}

function decodeAlaw(code: number): number {
  const bits = code ^ 0x55;
  const exponent = (bits & 0x70) >> 4;
  const mantissa = ((bits & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}

const DECODED: Readonly<Record<Law, Int16Array>> = {
  PCMU: Int16Array.from({ length: 256 }, (_, code) => decodeUlaw(code)),
  PCMA: Int16Array.from({ length: 256 }, (_, code) => decodeAlaw(code)),
};

export function decode(law: Law, codes: Uint8Array): Int16Array {
  return Int16Array.from(codes, (code) => DECODED[law][code] ?? 0);
}

/** Takes the nearest code; slow, and so used once for each tone. */
export function encode(law: Law, samples: readonly number[]): Buffer {
  const table = DECODED[law];
  const nearest = (sample: number) => {
    let best = 0;
    for (let code = 1; code < 256; code += 1)
      if (Math.abs((table[code] ?? 0) - sample) < Math.abs((table[best] ?? 0) - sample)) best = code;
    return best;
  };
  return Buffer.from(samples.map(nearest));
}
