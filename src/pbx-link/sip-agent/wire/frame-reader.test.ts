import { expect, test } from 'vitest';
import { createRandom } from '../testing/random.ts';
import { createFrameReader, writeFrame } from './frame-reader.ts';

test('frames are read however the stream is cut', () => {
  const payloads = ['1|ping', `2|sip||\r\nMESSAGE x\r\n\r\n#ünï#12#`, 'x'.repeat(9_000)];
  const stream = Buffer.concat(payloads.map((payload) => writeFrame(payload)));
  for (let seed = 1; seed <= 50; seed++) {
    const random = createRandom(seed);
    const reader = createFrameReader();
    const got: string[] = [];
    for (let at = 0; at < stream.length; ) {
      const size = 1 + Math.floor(random() * (seed % 2 === 0 ? 3 : 4_000));
      for (const payload of reader.push(stream.subarray(at, at + size))) got.push(payload.toString());
      at += size;
    }
    expect(got).toEqual(payloads);
  }
});

test('a length counts bytes, with the message after a line end', () => {
  expect(writeFrame('é|x').toString()).toBe('4#é|x');
  expect(writeFrame('a|b', Buffer.from('SIP é')).toString()).toBe('11#a|b\r\nSIP é');
});

test.each(['x#', '-1#a', '0#', '9999999#', '12345678', '999999#', ' 5#hello'])('%j is refused', (text) => {
  expect(() => createFrameReader().push(Buffer.from(text))).toThrow('frame');
});
