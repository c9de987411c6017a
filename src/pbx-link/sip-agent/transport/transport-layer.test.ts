import { createSocket, type Socket } from 'node:dgram';
import { connect, createServer, type Server, type Socket as TcpSocket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { createTally } from '../counters.ts';
import type { Flow } from './flow.ts';
import { openTransportLayer, type TransportLayer, type TransportOptions } from './transport-layer.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const HERE = { host: '127.0.0.1', port: 0 };
const MESSAGE = 'OPTIONS sip:x SIP/2.0\r\nContent-Length: 0\r\n\r\n';
const outgoing = { bytes: Buffer.from(MESSAGE), method: 'OPTIONS', callId: 'c' };

async function open(options: Partial<TransportOptions> = {}) {
  const got: { text: string; flow: Flow }[] = [];
  const tally = createTally(() => {});
  const layer: TransportLayer = await openTransportLayer({
    udp: HERE,
    tcp: HERE,
    clock: systemClock,
    tally,
    receive: (bytes, flow) => got.push({ text: bytes.toString(), flow }),
    published: () => {},
    ...options,
  });
  closers.push(() => layer.close());
  return { layer, got, tally };
}

async function udpPeer(): Promise<{ socket: Socket; port: number; got: string[] }> {
  const socket = createSocket('udp4');
  const got: string[] = [];
  socket.on('message', (bytes) => got.push(bytes.toString()));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  closers.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return { socket, port: socket.address().port, got };
}

async function tcpPeer(onSocket: (socket: TcpSocket) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    closers.push(() => socket.destroy());
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  const bound = server.address();
  return bound !== null && typeof bound === 'object' ? bound.port : 0;
}

test('both transports listen on one port that the system chose', async () => {
  const { layer } = await open();
  expect(layer.udpPort).toBeGreaterThan(0);
  expect(layer.tcpPort).toBe(layer.udpPort);
});

test('a taken port is an error, not a shared port', async () => {
  const { layer } = await open();
  const port = layer.udpPort ?? 0;
  await expect(open({ udp: { host: '127.0.0.1', port }, tcp: null })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

test('messages go out and come in over UDP', async () => {
  const { layer, got } = await open();
  const peer = await udpPeer();
  const to = await layer.resolve(`sip:x@127.0.0.1:${peer.port}`, 500);
  expect(to).toMatchObject({ transport: 'udp', local: { address: '127.0.0.1', port: layer.udpPort } });
  layer.send(outgoing, to, () => {});
  await vi.waitFor(() => expect(peer.got).toEqual([MESSAGE]));
  peer.socket.send('hello', layer.udpPort ?? 0, '127.0.0.1');
  await vi.waitFor(() => expect(got.map(({ text }) => text)).toEqual(['hello']));
  expect(got[0]?.flow).toMatchObject({ transport: 'udp', address: '127.0.0.1', port: peer.port });
});

test('a name is looked up', async () => {
  const { layer } = await open();
  const to = await layer.resolve('sip:x@localhost:5099', 500);
  expect(to).toMatchObject({ address: '127.0.0.1', port: 5099 });
});

test('the own address is asked for each time', async () => {
  let address = '192.0.2.1';
  const { layer } = await open({ localAddressFor: () => address });
  expect((await layer.resolve('sip:127.0.0.1', 0)).local.address).toBe('192.0.2.1');
  address = '192.0.2.2';
  expect((await layer.resolve('sip:127.0.0.1', 0)).local.address).toBe('192.0.2.2');
});

test('listening on all addresses, the route to the peer tells the own one', async () => {
  const { layer } = await open({ udp: { host: '0.0.0.0', port: 0 }, tcp: null });
  expect((await layer.resolve('sip:127.0.0.1', 0)).local.address).toBe('127.0.0.1');
});

test('a failing look-up of the own address does not keep the message back', async () => {
  const { layer } = await open({ localAddressFor: () => Promise.reject(new Error('no network')) });
  expect((await layer.resolve('sip:127.0.0.1', 0)).local.address).toBe('127.0.0.1');
});

test('a TCP connection is opened once and used again', async () => {
  const { layer } = await open();
  const sockets: TcpSocket[] = [];
  let text = '';
  const port = await tcpPeer((socket) => {
    sockets.push(socket);
    socket.on('data', (chunk) => {
      text += chunk;
    });
  });
  const to = await layer.resolve(`sip:x@127.0.0.1:${port};transport=tcp`, 500);
  layer.send(outgoing, to, () => {});
  layer.send(outgoing, to, () => {});
  await vi.waitFor(() => expect(text).toBe(MESSAGE + MESSAGE));
  expect(sockets).toHaveLength(1);
});

test('a large request takes a TCP connection that stands, else it stays on UDP (18.1.1)', async () => {
  const { layer } = await open();
  const port = await tcpPeer((socket) => socket.resume());
  expect((await layer.resolve(`sip:127.0.0.1:${port}`, 4_000)).transport).toBe('udp');
  layer.send(outgoing, await layer.resolve(`sip:127.0.0.1:${port};transport=tcp`, 0), () => {});
  await vi.waitFor(async () =>
    expect((await layer.resolve(`sip:127.0.0.1:${port}`, 4_000)).transport).toBe('tcp'),
  );
  expect((await layer.resolve(`sip:127.0.0.1:${port}`, 400)).transport).toBe('udp');
});

test('a refused connection fails every message that waited for it', async () => {
  const { layer } = await open();
  const failed: string[] = [];
  const to = { transport: 'tcp', address: '127.0.0.1', port: 9 } as const;
  layer.send(outgoing, to, (code) => failed.push(code));
  layer.send(outgoing, to, (code) => failed.push(code));
  await vi.waitFor(() => expect(failed).toEqual(['ECONNREFUSED', 'ECONNREFUSED']));
});

test('a closed UDP port is told by the probe, an open one is silent', async () => {
  const { layer } = await open();
  const peer = await udpPeer();
  const refused: string[] = [];
  layer.probe({ transport: 'udp', address: '127.0.0.1', port: peer.port }, () => refused.push('open'));
  layer.probe({ transport: 'udp', address: '127.0.0.1', port: 9 }, (code) => refused.push(code));
  await vi.waitFor(() => expect(refused).toEqual(['ECONNREFUSED']));
  await vi.waitFor(() => expect(peer.got).toEqual(['\r\n\r\n']));
});

test('a TCP peer gets an answer on its connection, and its keep-alive one line end', async () => {
  const { layer, got } = await open();
  const socket = connect(layer.tcpPort ?? 0, '127.0.0.1');
  closers.push(() => socket.destroy());
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.write(`\r\n\r\n${MESSAGE.slice(0, 20)}`);
  await vi.waitFor(() => expect(text).toBe('\r\n'));
  socket.write(MESSAGE.slice(20));
  await vi.waitFor(() => expect(got.map(({ text: each }) => each)).toEqual([MESSAGE]));
  const flow = got[0]?.flow;
  if (flow === undefined) throw new Error('nothing came');
  layer.send(outgoing, { ...flow, port: 9 }, () => {});
  await vi.waitFor(() => expect(text).toBe(`\r\n${MESSAGE}`));
});

test('connections that say nothing cannot lock out one that does', async () => {
  const { layer, got, tally } = await open();
  const dial = () =>
    new Promise<TcpSocket>((resolve) => {
      const socket = connect(layer.tcpPort ?? 0, '127.0.0.1', () => resolve(socket));
      socket.on('error', () => {});
      closers.push(() => socket.destroy());
    });
  await Promise.all(Array.from({ length: 260 }, dial));
  (await dial()).write(MESSAGE);
  await vi.waitFor(() => expect(got).toHaveLength(1));
  expect(tally.read().dropped).toEqual({ 'silent-connection': 5 });
});

test('a stream that is no SIP is closed and counted', async () => {
  const { layer, tally } = await open();
  const socket = connect(layer.tcpPort ?? 0, '127.0.0.1');
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.on('error', () => {});
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await closed;
  expect(tally.read().dropped).toEqual({ 'no-content-length': 1 });
});

test('a URI that leads nowhere is an error', async () => {
  const { layer } = await open({ tcp: null });
  expect(() => layer.resolve('sip:127.0.0.1;transport=tcp', 0)).toThrow('not available');
  expect(() => layer.resolve('sip:127.0.0.1;transport=ws', 0)).toThrow('not available');
  expect(() => layer.resolve('sip:[::1]', 0)).toThrow('not available');
  expect(() => layer.resolve('nonsense', 0)).toThrow('invalid request-uri');
});
