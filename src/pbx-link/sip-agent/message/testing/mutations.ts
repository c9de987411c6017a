/** A number from 0 up to, but not including, `below`. */
export type Dice = (below: number) => number;

/** Mulberry32: the same seed always throws the same numbers. */
export function seededDice(seed: number): Dice {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const LARGEST = 65_536;

/** What is put into a message: separators, halves of pairs, blanks of every kind, numbers out of range, escapes. */
const SCRAPS: readonly string[] = [
  ' ',
  '\t',
  '  ',
  '\r\n',
  '\r\n ',
  '\n',
  '\r',
  '\0',
  '\x7f',
  '"',
  '\\',
  '\\"',
  '<',
  '>',
  '<>',
  ',',
  ',,',
  ';',
  ';;',
  '=',
  ';=',
  ':',
  '@',
  '?',
  '%',
  '%0',
  '%00',
  '/',
  '*',
  '[',
  ']',
  '[::1]',
  '(',
  '{',
  '|',
  '#',
  '\u00a0',
  '\u2028',
  '\ufeff',
  '\u3000',
  '王',
  '😀',
  '-1',
  '0',
  '99999999999999999999',
  '4294967296',
  '65536',
  'SIP/2.0',
  'sip:',
  'sip:sip:',
  'tel:+1',
  '\r\n\r\n',
  '%66rom: x\r\n',
  'Content-Length: 1\r\n',
  '__proto__: x\r\n',
  'Content-Type: multipart/mixed;boundary=a\r\n',
];

type Change = (bytes: Buffer, dice: Dice) => Buffer;

const CHANGES: readonly Change[] = [
  function flipBits(bytes, dice) {
    const copy = Buffer.from(bytes);
    for (let n = dice(4) + 1; n > 0 && copy.length > 0; n--) copy.writeUInt8(dice(256), dice(copy.length));
    return copy;
  },
  function remove(bytes, dice) {
    const [from, to] = span(bytes, dice, 40);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  function double(bytes, dice) {
    const [from, to] = span(bytes, dice, 200);
    return insert(bytes, to, bytes.subarray(from, to));
  },
  function insertScrap(bytes, dice) {
    return insert(bytes, dice(bytes.length + 1), Buffer.from(SCRAPS[dice(SCRAPS.length)] ?? ''));
  },
  function insertRun(bytes, dice) {
    const scrap = SCRAPS[dice(SCRAPS.length)] ?? ' ';
    const length = 2 ** (dice(15) + 1);
    return insert(bytes, dice(bytes.length + 1), Buffer.from(scrap.repeat(Math.ceil(length / scrap.length))));
  },
  function truncate(bytes, dice) {
    return bytes.subarray(0, dice(bytes.length + 1));
  },
  function swapLines(bytes, dice) {
    const lines = bytes.toString('latin1').split('\r\n');
    const [a, b] = [dice(lines.length), dice(lines.length)];
    [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
    return Buffer.from(lines.join('\r\n'), 'latin1');
  },
  function repeatLine(bytes, dice) {
    const lines = bytes.toString('latin1').split('\r\n');
    const at = dice(lines.length);
    const line = lines[at] ?? '';
    lines.splice(at, 0, ...new Array<string>(dice(dice(2) === 0 ? 3 : 400) + 1).fill(line));
    return Buffer.from(lines.join('\r\n'), 'latin1');
  },
  function enlargeNumber(bytes, dice) {
    const text = bytes.toString('latin1');
    const numbers = [...text.matchAll(/\d+/g)];
    const found = numbers[dice(numbers.length || 1)];
    if (found === undefined) return bytes;
    const grown = `${found[0]}${'0'.repeat(dice(40))}${dice(10)}`;
    return Buffer.from(
      text.slice(0, found.index) + grown + text.slice(found.index + found[0].length),
      'latin1',
    );
  },
];

function span(bytes: Buffer, dice: Dice, longest: number): [from: number, to: number] {
  const from = dice(bytes.length + 1);
  return [from, Math.min(bytes.length, from + dice(longest) + 1)];
}

function insert(bytes: Buffer, at: number, what: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at)]);
}

/** One change to the bytes or, half of the time, up to four; at most 64 KiB. */
export function mutate(bytes: Buffer, dice: Dice): Buffer {
  let mutated = bytes;
  for (let n = dice(2) === 0 ? 1 : dice(4) + 1; n > 0; n--) {
    mutated = (CHANGES[dice(CHANGES.length)] as Change)(mutated, dice).subarray(0, LARGEST);
  }
  return mutated;
}
