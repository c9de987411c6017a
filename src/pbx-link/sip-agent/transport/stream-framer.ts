import { MAX_MESSAGE_BYTES } from './flow.ts';

export type StreamFramer = {
  /**
   * Takes what the socket read and returns the whole messages in it, in order. `keepAlives` counts the double CRLFs
   * (RFC 5626 3.5.1) that want a single CRLF back. After `broken` the stream has no boundary any more: close it.
   */
  push(chunk: Buffer): {
    readonly messages: readonly Buffer[];
    readonly keepAlives: number;
    readonly broken: 'too-large' | 'no-content-length' | null;
  };
  /** True while part of a message is held. */
  partial(): boolean;
};

const CR = 13;
const LF = 10;

/** Cuts a byte stream into SIP messages by Content-Length, RFC 3261 18.3. */
export function createStreamFramer(limit: number = MAX_MESSAGE_BYTES): StreamFramer {
  let held: Buffer[] = [];
  let heldBytes = 0;
  /** How many bytes the message in hand has, once its headers are complete: no need to look before. */
  let wanted = 0;

  function push(chunk: Buffer): ReturnType<StreamFramer['push']> {
    held.push(chunk);
    heldBytes += chunk.length;
    const messages: Buffer[] = [];
    let keepAlives = 0;
    // A peer that sends byte by byte must not make us join what we hold each time: wait for the length once known.
    if (heldBytes < wanted) return { messages, keepAlives, broken: null };
    let data = held.length === 1 ? chunk : Buffer.concat(held, heldBytes);
    let broken: 'too-large' | 'no-content-length' | null = null;
    for (;;) {
      const skipped = leadingLineEnds(data);
      // RFC 3261 7.5: line ends before the start line are ignored; two of them are a keep-alive ping.
      keepAlives += skipped >> 2;
      data = data.subarray(skipped);
      wanted = 0;
      const end = data.indexOf('\r\n\r\n');
      if (end < 0) {
        if (data.length > limit) broken = 'too-large';
        break;
      }
      const length = contentLength(data.toString('latin1', 0, Math.min(end + 2, limit)));
      if (length === null) {
        broken = 'no-content-length';
        break;
      }
      wanted = end + 4 + length;
      if (wanted > limit) {
        broken = 'too-large';
        break;
      }
      if (data.length < wanted) break;
      messages.push(data.subarray(0, wanted));
      data = data.subarray(wanted);
    }
    held = data.length > 0 && broken === null ? [data] : [];
    heldBytes = broken === null ? data.length : 0;
    return { messages, keepAlives, broken };
  }

  return { push, partial: () => heldBytes > 0 };
}

/** Only whole CRLFs are skipped, and a lone CR at the end is left for the next chunk. */
function leadingLineEnds(data: Buffer): number {
  let at = 0;
  while (data[at] === CR && data[at + 1] === LF) at += 2;
  return at;
}

/** The Content-Length of a header block (long or compact form), null if there is none or it is no number. */
function contentLength(head: string): number | null {
  const found = /\r\n(?:content-length|l)[ \t]{0,64}:[ \t\r\n]{0,64}(\d{1,8})[ \t]{0,64}\r\n/i.exec(head);
  return found?.[1] === undefined ? null : Number(found[1]);
}
