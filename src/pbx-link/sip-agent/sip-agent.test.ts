import { createSocket, type Socket } from 'node:dgram';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import type { AgentLogEntry } from './counters.ts';
import type { SipDiagnostic } from './diagnostics.ts';
import { type SipAgent, type SipAgentOptions, startSipAgent } from './sip-agent.ts';
import { createRandom } from './testing/random.ts';
import { type Call, newProgram, type Program, type Request, type Response } from './testing/srf-types.ts';

const SDP =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';
const HERE = { host: '127.0.0.1', port: 0 };
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(options: SipAgentOptions = { udp: HERE, tcp: HERE }): Promise<SipAgent> {
  const agent = await startSipAgent(options);
  closers.push(() => agent.close());
  return agent;
}

async function programOn(agent: SipAgent, serve: (req: Request, res: Response) => void): Promise<Program> {
  const program = newProgram();
  program.on('error', () => {});
  for (const method of ['invite', 'options']) program.use(method, serve);
  await new Promise<void>((resolve, reject) => {
    program.on('connect', (error) => (error ? reject(error) : resolve()));
    program.connect(agent.admin);
  });
  closers.push(() => program.disconnect());
  return program;
}

async function peer(): Promise<{ socket: Socket; port: number; got: string[] }> {
  const socket = createSocket('udp4');
  const got: string[] = [];
  socket.on('message', (bytes) => got.push(bytes.toString()));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  closers.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return { socket, port: socket.address().port, got };
}

const sum = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((all, n) => all + n, 0);

/** Bytes that are not SIP, or are no longer: noise, cut and bent messages, long blanks, bare line ends. */
function garbage(random: () => number): Buffer {
  const invite = [
    'INVITE sip:desk@127.0.0.1 SIP/2.0',
    'Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKg',
    `From:${' '.repeat(Math.floor(random() * 5_000))}<sip:x@y>;tag=1`,
    'To: <sip:desk@127.0.0.1>',
    'Call-ID: g',
    'CSeq: 1 OPTIONS',
    '',
    '',
  ].join('\r\n');
  const kind = Math.floor(random() * 4);
  if (kind === 0) return Buffer.from(Array.from({ length: 5 + random() * 1_400 }, () => random() * 256));
  if (kind === 1) return Buffer.from(invite.slice(0, 5 + random() * 40));
  if (kind === 2) return Buffer.from(invite);
  return Buffer.from(`SIP/2.0 ${Math.floor(random() * 9_999)} \r\nVia: ;;;;\r\n\r\n`);
}

test('a flood of garbage is counted and does not disturb a call', async () => {
  const log: AgentLogEntry[] = [];
  const desk = await open({ udp: HERE, tcp: HERE, log: (entry) => log.push(entry) });
  const caller = await open();
  let answered: Call | undefined;
  const program = await programOn(desk, (req, res) => {
    void program.createUAS(req, res, { localSdp: SDP }).then((call) => {
      answered = call;
    });
  });
  const calling = await programOn(caller, (_, res) => res.send(404));
  const call = await calling.createUAC(`sip:desk@127.0.0.1:${desk.udpPort}`, { localSdp: SDP });
  await vi.waitFor(() => expect(answered).toBeDefined());
  const before = desk.counters();

  const { socket } = await peer();
  const random = createRandom(4_475);
  const FLOOD = 4_000;
  for (let sent = 0; sent < FLOOD; sent++) {
    socket.send(garbage(random), desk.udpPort ?? 0, '127.0.0.1');
    if (sent % 100 === 0) {
      const stream = connect(desk.tcpPort ?? 0, '127.0.0.1');
      stream.on('error', () => {});
      stream.end(garbage(random));
      // The call goes on in the midst of it.
      expect((await call.request({ method: 'INFO' })).status).toBe(200);
    }
  }
  await vi.waitFor(() => expect(sum(desk.counters().malformed)).toBeGreaterThan(FLOOD * 0.95));
  expect(desk.counters().timeouts).toBe(before.timeouts);
  // Each reason is logged a few times, not a thousand.
  expect(log.length).toBeLessThan(200);
  const ended = new Promise<void>((resolve) => answered?.on('destroy', () => resolve()));
  await call.destroy();
  await ended;
});

test('what goes in and out is published for measuring, only while somebody listens', async () => {
  const agent = await open();
  const { socket, port, got } = await peer();
  const seen: [string, SipDiagnostic][] = [];
  const onReceived = (message: unknown) => seen.push(['received', message as SipDiagnostic]);
  const onSent = (message: unknown) => seen.push(['sent', message as SipDiagnostic]);
  subscribe('cordboard:sip:received', onReceived);
  subscribe('cordboard:sip:sent', onSent);
  const options = [
    'OPTIONS sip:desk@127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bKd`,
    'From: <sip:x@y>;tag=1',
    'To: <sip:desk@127.0.0.1>',
    'Call-ID: measured',
    'CSeq: 1 OPTIONS',
    '',
    '',
  ].join('\r\n');
  socket.send(options, agent.udpPort ?? 0, '127.0.0.1');
  await vi.waitFor(() => expect(got).toHaveLength(1));
  unsubscribe('cordboard:sip:received', onReceived);
  unsubscribe('cordboard:sip:sent', onSent);
  expect(seen).toMatchObject([
    ['received', { method: 'OPTIONS', callId: 'measured', bytes: options.length }],
    ['sent', { status: 503, callId: 'measured', bytes: got[0]?.length }],
  ]);
  const [received, sent] = seen.map(([, message]) => message.at);
  expect((sent ?? 0n) >= (received ?? 0n) && (received ?? 0n) > 0n).toBe(true);
  socket.send(options, agent.udpPort ?? 0, '127.0.0.1');
  await vi.waitFor(() => expect(got).toHaveLength(2));
  expect(seen).toHaveLength(2);
});

test('the trace shows every message as it crossed the socket', async () => {
  const trace: string[] = [];
  const agent = await open({
    udp: HERE,
    trace: ({ direction, transport, peer: who, bytes }) =>
      trace.push(`${direction} ${transport} ${who} ${bytes.toString().split('\r\n')[0]}`),
  });
  const { port } = await peer();
  const program = await programOn(agent, (_, res) => res.send(404));
  program.request(`sip:x@127.0.0.1:${port}`, { method: 'OPTIONS' }, () => {});
  await vi.waitFor(() =>
    expect(trace).toEqual([`out udp 127.0.0.1:${port} OPTIONS sip:x@127.0.0.1:${port} SIP/2.0`]),
  );
});

test('a program that dies leaves callers with an answer', async () => {
  const agent = await open();
  const { socket, port, got } = await peer();
  const heard = vi.fn();
  const program = await programOn(agent, heard);
  const invite = [
    'INVITE sip:desk@127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bKd`,
    'From: <sip:x@y>;tag=1',
    'To: <sip:desk@127.0.0.1>',
    `Contact: <sip:x@127.0.0.1:${port}>`,
    'Call-ID: left',
    'CSeq: 1 INVITE',
    '',
    '',
  ].join('\r\n');
  socket.send(invite, agent.udpPort ?? 0, '127.0.0.1');
  await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1));
  program.disconnect();
  closers.pop();
  await vi.waitFor(() =>
    expect(got.map((text) => text.split('\r\n')[0])).toEqual([
      'SIP/2.0 100 Trying',
      'SIP/2.0 503 Service Unavailable',
    ]),
  );
});

test('two programs take new calls in turn', async () => {
  const agent = await open();
  const heard: string[] = [];
  const serve = (name: string) => (_: Request, res: Response) => {
    heard.push(name);
    res.send(200);
  };
  await programOn(agent, serve('one'));
  await programOn(agent, serve('two'));
  const asking = await programOn(await open(), (_, res) => res.send(404));
  // The routes of the second arrive with its connection's first frames.
  await vi.waitFor(async () => {
    heard.length = 0;
    for (let i = 0; i < 4; i++) {
      await new Promise<void>((resolve) => {
        asking.request(`sip:x@127.0.0.1:${agent.udpPort}`, { method: 'OPTIONS' }, (_, req) =>
          req.on('response', () => resolve()),
        );
      });
    }
    expect([...heard].sort()).toEqual(['one', 'one', 'two', 'two']);
  });
});

test('a taken port is an error and leaves nothing open', async () => {
  const agent = await open({ udp: HERE });
  const port = agent.udpPort ?? 0;
  await expect(startSipAgent({ udp: { host: '127.0.0.1', port } })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

test('without options it listens on UDP and TCP at one port; closed, the port is free again', async () => {
  const agent = await startSipAgent({});
  expect(agent.tcpPort).toBe(agent.udpPort);
  await agent.close();
  const again = await open({ udp: { host: '127.0.0.1', port: agent.udpPort ?? 0 } });
  expect(again.tcpPort).toBeNull();
});
