import { createSocket } from 'node:dgram';
import { expect, it, vi } from 'vitest';
import type { AgentLogEntry } from './counters.ts';
import { startSipAgent } from './sip-agent.ts';

/** Sends one datagram to an agent without a program and returns what came back and what was logged. */
async function send(lines: readonly string[]): Promise<{ answer: string; log: AgentLogEntry[] }> {
  const log: AgentLogEntry[] = [];
  const agent = await startSipAgent({ udp: { host: '127.0.0.1', port: 0 }, log: (entry) => log.push(entry) });
  const socket = createSocket('udp4');
  try {
    let answer = '';
    socket.on('message', (data) => {
      answer ||= data.toString('latin1');
    });
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const via = `Via: SIP/2.0/UDP 127.0.0.1:${socket.address().port};branch=z9hG4bK1;rport`;
    const text = [lines[0], via, ...lines.slice(1), 'Content-Length: 0', '', ''].join('\r\n');
    socket.send(text, agent.udpPort ?? 0, '127.0.0.1');
    await vi.waitFor(() => expect(answer).not.toBe(''));
    return { answer, log };
  } finally {
    socket.close();
    await agent.close();
  }
}

const options = [
  'OPTIONS sip:8000@127.0.0.1 SIP/2.0',
  'Max-Forwards: 70',
  'From: <sip:a@h>;tag=1',
  'To: <sip:8000@h>',
  'Call-ID: c1',
  'CSeq: 1 OPTIONS',
];

it('a malformed header that nobody must have is left out and logged; the request is served', async () => {
  const { answer, log } = await send([...options, 'P-Asserted-Identity: <sip:8002']);
  expect(answer).toMatch(/^SIP\/2\.0 503 /); // as without it: no program is connected
  expect(log).toContainEqual(
    expect.objectContaining({
      reason: 'header left out',
      detail: expect.stringContaining('P-Asserted-Identity'),
    }),
  );
});

it('a malformed header that it must have is answered 400', async () => {
  const { answer, log } = await send([...options.slice(0, -1), 'CSeq: nonsense OPTIONS']);
  expect(answer).toMatch(/^SIP\/2\.0 400 /);
  expect(log.some(({ reason }) => reason.startsWith('malformed: '))).toBe(true);
});
