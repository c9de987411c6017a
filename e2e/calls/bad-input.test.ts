import { createSocket } from 'node:dgram';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentElsewhere } from '../console/agent-of-tests.ts';
import { missingAsterisk } from '../exchange/missing.ts';
import type { Phone } from '../phones/phone.ts';
import { openSeat, type Seat } from './seat.ts';

const skipped = missingAsterisk || agentElsewhere;

/** What is answered comes within this time on loopback; longer, so that an answer too many is seen. */
const QUIET_MS = 300;

type Answer = { readonly branch: string; readonly status: number };

describe.skipIf(skipped !== '')(`bad input while a call is up${skipped}`, () => {
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

  /** Sends datagrams to the console's SIP port, and returns what is answered until nothing comes any more. */
  async function throwAt(...datagrams: readonly (string | Buffer)[]): Promise<readonly Answer[]> {
    const socket = createSocket('udp4');
    const answers: Answer[] = [];
    let latest = performance.now();
    socket.on('message', (data) => {
      const text = data.toString('latin1');
      latest = performance.now();
      answers.push({
        branch: /^Via:.*;branch=([^;\s]+)/im.exec(text)?.[1] ?? '',
        status: Number(/^SIP\/2\.0 (\d{3}) /.exec(text)?.[1]),
      });
    });
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const own = String(socket.address().port);
    for (const datagram of datagrams) {
      const sent = typeof datagram === 'string' ? datagram.replaceAll('MYPORT', own) : datagram;
      await new Promise((resolve) => socket.send(sent, port, '127.0.0.1', resolve));
    }
    latest = Math.max(latest, performance.now());
    while (performance.now() - latest < QUIET_MS) await delay(20);
    socket.close();
    return answers;
  }

  const request = (method: string, name: string, extra: string) =>
    [
      `${method} sip:8000@127.0.0.1 SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:MYPORT;branch=z9hG4bK-${name}`,
      'From: <sip:bad@127.0.0.1>;tag=1',
      'To: <sip:8000@127.0.0.1>',
      `Call-ID: ${name}@127.0.0.1`,
      'Max-Forwards: 70',
      `CSeq: 1 ${method}`,
      extra,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');

  /** How often the agent says that it has met a reason: it logs the first time and each power of two. */
  const counts = (message: string) =>
    seat.console
      .log()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { message: string; part?: string; count?: number })
      .filter((entry) => entry.part === 'sip-agent' && entry.message === message)
      .map(({ count }) => count);

  /** The call that is up has not noticed anything. */
  async function stillTalking(before: unknown) {
    expect(seat.desk.board().calls).toEqual(before);
    await room.untilHears({ tone: seat.headset.toneHz });
    await seat.headset.untilHears({ tone: room.toneHz });
  }

  it('each bad request gets its answer, is counted and logged with its reason, and the call does not notice', async () => {
    await seat.talking(room);
    const before = seat.desk.board().calls;
    const blanks = (name: string, count: number) =>
      request('INVITE', name, 'Subject: none').replace('<sip:bad@', `"${' '.repeat(count)}"<sip:bad@`);
    const bad = [
      ['contact', 400, 'malformed: Contact malformed', request('INVITE', 'contact', 'Contact: <sip:bad')],
      ['cseq', 400, 'malformed: CSeq more than once', request('INVITE', 'cseq', 'CSeq: 2 INVITE')],
      [
        'long',
        400,
        'malformed: header line too long',
        request('INVITE', 'long', `Subject: ${'x'.repeat(20_000)}`),
      ],
      [
        'lines',
        400,
        'malformed: too many header lines',
        request('INVITE', 'lines', Array.from({ length: 300 }, (_, i) => `X-Line: ${i}`).join('\r\n')),
      ],
      ['method', 501, 'refused: 501', request('NONSENSE', 'method', 'Subject: none')],
      // A parser that reads blanks in this place by trial and error takes seconds for so many.
      ['blanks', 400, 'malformed: From malformed', blanks('blanks', 4000)],
    ] as const;
    const answers = await throwAt(...bad.map(([, , , text]) => text), blanks('more-blanks', 30_000));
    expect(answers).toEqual([
      ...bad.map(([name, status]) => ({ branch: `z9hG4bK-${name}`, status })),
      { branch: 'z9hG4bK-more-blanks', status: 400 },
    ]);
    for (const [name, , message] of bad)
      await expect.poll(() => counts(message), { message: name }).toEqual(name === 'long' ? [1, 2] : [1]);
    await stillTalking(before);
  });

  it('what cannot be answered is counted and logged, and the call does not notice', async () => {
    const before = seat.desk.board().calls;
    const noise = Array.from({ length: 200 }, (_, i) => Buffer.from(`\0garbage ${i} \r\n\xff\xfe`, 'latin1'));
    const answers = await throwAt(
      ...noise,
      'SIP/2.0 200 OK\r\n\r\n',
      'BYE sip:8000@127.0.0.1 SIP/2.0\r\n\r\n',
    );
    expect(answers).toEqual([]);
    await expect
      .poll(() => counts('malformed: no empty line after the headers'))
      .toEqual([1, 2, 4, 8, 16, 32, 64, 128]);
    await expect.poll(() => counts('malformed: Via missing')).toEqual([1, 2]);
    await stillTalking(before);
  });

  it('a BYE of somebody else for the call in hand is refused: its tags are not known to him', async () => {
    const before = seat.desk.board().calls;
    const bye = request('BYE', 'bye', 'Reason: none');
    const answers = await throwAt(
      bye.replace('To: <sip:8000@127.0.0.1>', 'To: <sip:8000@127.0.0.1>;tag=guess'),
    );
    expect(answers).toEqual([{ branch: 'z9hG4bK-bye', status: 481 }]);
    await expect.poll(() => counts('refused: 481')).toEqual([1]);
    await stillTalking(before);
  });
});
