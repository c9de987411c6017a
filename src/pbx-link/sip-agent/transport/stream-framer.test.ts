import { expect, test } from 'vitest';
import { createRandom } from '../testing/random.ts';
import { createStreamFramer } from './stream-framer.ts';

const message = (body: string, lengthHeader = 'Content-Length') =>
  `OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/TCP x\r\n${lengthHeader}: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

const texts = (messages: readonly Buffer[]) => messages.map((each) => each.toString());

test('messages in one segment are parted, a message in many is joined, however it is cut', () => {
  const wanted = [
    message('a=1\r\n\r\nb'),
    message(''),
    message('ünï', 'l'),
    message('x'.repeat(5_000), 'CONTENT-LENGTH '),
  ];
  const stream = Buffer.from(wanted.join(''));
  for (let seed = 1; seed <= 50; seed++) {
    const random = createRandom(seed);
    const framer = createStreamFramer();
    const got: string[] = [];
    for (let at = 0; at < stream.length; ) {
      const size = 1 + Math.floor(random() * (seed % 2 === 0 ? 8 : 3_000));
      got.push(...texts(framer.push(stream.subarray(at, at + size)).messages));
      at += size;
    }
    expect(got).toEqual(wanted);
    expect(framer.partial()).toBe(false);
  }
});

test('keep-alives between messages are counted, line ends before a message ignored', () => {
  const framer = createStreamFramer();
  expect(framer.push(Buffer.from('\r\n\r\n'))).toMatchObject({ keepAlives: 1, messages: [], broken: null });
  const read = framer.push(Buffer.from(`\r\n${message('')}\r\n\r\n`));
  expect(texts(read.messages)).toEqual([message('')]);
  expect(read.keepAlives).toBe(1);
});

test('without a boundary the stream is given up', () => {
  const none = createStreamFramer().push(Buffer.from('OPTIONS sip:x SIP/2.0\r\nVia: y\r\n\r\n'));
  expect(none.broken).toBe('no-content-length');
  const large = createStreamFramer(1_000).push(Buffer.from(message('x'.repeat(2_000))));
  expect(large.broken).toBe('too-large');
  const endless = createStreamFramer(1_000);
  expect(endless.push(Buffer.alloc(900, 65)).broken).toBe(null);
  expect(endless.push(Buffer.alloc(200, 65)).broken).toBe('too-large');
  expect(endless.partial()).toBe(false);
});
