import { createSocket } from 'node:dgram';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingAsterisk } from '../exchange/missing.ts';
import type { Phone } from '../phones/phone.ts';
import { openSeat, type Seat } from './seat.ts';

describe.skipIf(missingAsterisk !== '')(`bad input while a call is up${missingAsterisk}`, () => {
  let seat: Seat;
  let room: Phone;
  let port: number;

  beforeAll(async () => {
    seat = await openSeat();
    room = await seat.guest('8002');
    const contacts = await seat.asterisk.cli('pjsip show contacts');
    port = Number(/8000\/sip:8000@[\d.]+:(\d+)/.exec(contacts)?.[1]);
    expect(port).toBeGreaterThan(0);
  });
  afterAll(async () => {
    await seat?.tidy();
    await seat?.close();
  });

  /** Sends datagrams to the console's SIP port and returns the status lines that come back. */
  async function throwAt(...datagrams: readonly (string | Buffer)[]): Promise<string[]> {
    const socket = createSocket('udp4');
    const answers: string[] = [];
    socket.on('message', (data) => answers.push(data.toString('latin1').split('\r\n')[0] ?? ''));
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    for (const datagram of datagrams) {
      const text =
        typeof datagram === 'string'
          ? datagram.replaceAll('MYPORT', String(socket.address().port))
          : datagram;
      await new Promise((resolve) => socket.send(text, port, '127.0.0.1', resolve));
    }
    await delay(300);
    socket.close();
    return answers;
  }

  const request = (method: string, extra: string) =>
    [
      `${method} sip:8000@127.0.0.1 SIP/2.0`,
      'Via: SIP/2.0/UDP 127.0.0.1:MYPORT;branch=z9hG4bKbad',
      'From: <sip:bad@127.0.0.1>;tag=1',
      'To: <sip:8000@127.0.0.1>',
      'Call-ID: bad@127.0.0.1',
      'Max-Forwards: 70',
      `CSeq: 1 ${method}`,
      extra,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');

  it('is answered 400 where that is possible, counted and logged, and the call does not notice', async () => {
    await seat.talking(room);
    const before = seat.desk.board().calls;
    const noise = Array.from({ length: 200 }, (_, i) => Buffer.from(`\0garbage ${i} \r\n\xff\xfe`, 'latin1'));
    const answers = await throwAt(
      request('INVITE', 'Contact: <sip:bad'),
      request('INVITE', 'CSeq: 99999999999999999999 INVITE').replace('z9hG4bKbad', 'z9hG4bKbad2'),
      request('INVITE', `Subject: ${'x'.repeat(20_000)}`).replace('z9hG4bKbad', 'z9hG4bKbad3'),
      `INVITE sip:8000@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:MYPORT;branch=z9hG4bKq\r\nFrom: "${' '.repeat(30_000)}"<sip:a@b>;tag=1\r\n\r\n`,
      ...noise,
      'SIP/2.0 200 OK\r\n\r\n',
      'BYE sip:8000@127.0.0.1 SIP/2.0\r\n\r\n',
    );
    expect(answers.length).toBeGreaterThan(0);
    expect(answers.every((line) => /^SIP\/2\.0 (4|5)\d\d /.test(line))).toBe(true);
    expect(answers.some((line) => line.startsWith('SIP/2.0 400 '))).toBe(true);
    expect(seat.desk.board().calls).toEqual(before);
    await room.untilHears({ tone: seat.headset.toneHz });
    await seat.headset.untilHears({ tone: room.toneHz });
    expect(seat.console.log()).toMatch(/sip-agent/);
  });

  it('a BYE of somebody else for the call in hand is refused: its tags are not known to him', async () => {
    const answers = await throwAt(
      request('BYE', 'Reason: none').replace(
        'To: <sip:8000@127.0.0.1>',
        'To: <sip:8000@127.0.0.1>;tag=guess',
      ),
    );
    expect(answers).toEqual([expect.stringMatching(/^SIP\/2\.0 481 /)]);
    await room.untilHears({ tone: seat.headset.toneHz });
  });
});
