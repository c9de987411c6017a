import { readFile } from 'node:fs/promises';

export type TracedMessage = {
  readonly direction: 'in' | 'out';
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The request line or the status line. */
  readonly start: string;
  readonly callId: string;
  readonly text: string;
};

const ENTRY = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) (<-|->) (?:udp|tcp) \S+\r\n/gm;

/** The SIP messages that a console has written by `--trace FILE` so far, oldest first. */
export async function readTrace(file: string): Promise<readonly TracedMessage[]> {
  const whole = await readFile(file, 'utf8');
  const heads = [...whole.matchAll(ENTRY)];
  return heads.map((head, index) => {
    const text = whole.slice(head.index + head[0].length, heads[index + 1]?.index);
    return {
      direction: head[2] === '<-' ? 'in' : 'out',
      at: Date.parse(head[1] ?? ''),
      start: text.split('\r\n', 1)[0] ?? '',
      callId: /^Call-ID:[ \t]*(\S+)/im.exec(text)?.[1] ?? '',
      text,
    };
  });
}
