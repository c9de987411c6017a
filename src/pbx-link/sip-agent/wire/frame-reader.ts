/** The longest frame that a client may send: a whole SIP message and its meta line. */
const MAX_FRAME_BYTES = 131_072;
const MAX_LENGTH_DIGITS = 6;
const HASH = 35;

export type FrameReader = {
  /** Takes what the socket read; returns the payloads that are whole. Throws when the framing is broken. */
  push(chunk: Buffer): Buffer[];
};

/** Reads `<decimal byte length>#<payload>` frames, which may be cut or joined anywhere by TCP. */
export function createFrameReader(limit: number = MAX_FRAME_BYTES): FrameReader {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let wanted = 0;
  return {
    push(chunk) {
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes < wanted) return [];
      let data = held.length === 1 ? chunk : Buffer.concat(held, heldBytes);
      const payloads: Buffer[] = [];
      for (;;) {
        wanted = 0;
        const length = readLength(data, limit);
        if (length === null) break;
        wanted = length.start + length.bytes;
        if (data.length < wanted) break;
        payloads.push(data.subarray(length.start, wanted));
        data = data.subarray(wanted);
      }
      held = data.length > 0 ? [data] : [];
      heldBytes = data.length;
      return payloads;
    },
  };
}

function readLength(data: Buffer, limit: number): { readonly start: number; readonly bytes: number } | null {
  const at = data.indexOf(HASH);
  if (at < 0 && data.length <= MAX_LENGTH_DIGITS) {
    if (!/^\d*$/.test(data.toString('latin1'))) throw new Error('frame length is no number');
    return null;
  }
  const digits = data.toString('latin1', 0, at < 0 ? MAX_LENGTH_DIGITS + 1 : at);
  if (digits.length > MAX_LENGTH_DIGITS || !/^\d+$/.test(digits))
    throw new Error('frame length is no number');
  const bytes = Number(digits);
  if (bytes === 0 || bytes > limit) throw new Error(`frame of ${bytes} bytes refused`);
  return { start: at + 1, bytes };
}

/** One frame: the payload's length in bytes, then the payload. */
export function writeFrame(meta: string, message?: Buffer): Buffer {
  const head = message === undefined ? meta : `${meta}\r\n`;
  const bytes = Buffer.byteLength(head) + (message?.length ?? 0);
  const prefix = Buffer.from(`${bytes}#${head}`);
  return message === undefined ? prefix : Buffer.concat([prefix, message], prefix.length + message.length);
}
