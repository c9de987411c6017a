import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTally, type Tally } from '../counters.ts';
import type { Client } from '../user-agent/client.ts';
import { type AdminServer, openAdminServer } from './admin-server.ts';

let server: AdminServer;
let tally: Tally;
let served: string[];
let clients: Client[];
const sockets: Socket[] = [];

beforeEach(async () => {
  served = [];
  clients = [];
  tally = createTally(() => {});
  server = await openAdminServer(
    {
      connected: (client) => clients.push(client),
      gone: () => served.push('gone'),
      sip: (_, message) => served.push(`sip ${message.id}`),
      hostports: () => 'udp/127.0.0.1:5060',
    },
    tally,
  );
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

function dial() {
  const socket = connect(server.port, '127.0.0.1');
  sockets.push(socket);
  const peer = {
    text: '',
    closed: false,
    send: (payload: string) => socket.write(`${Buffer.byteLength(payload)}#${payload}`),
    socket,
  };
  socket.on('data', (chunk) => {
    peer.text += chunk;
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    peer.closed = true;
  });
  return peer;
}

test('the right secret opens the service', async () => {
  const peer = dial();
  peer.send(`1|authenticate|${server.secret}|tag`);
  await vi.waitFor(() =>
    expect(peer.text).toMatch(
      /\|response\|1\|OK\|udp\/127\.0\.0\.1:5060\|v0\.9\.10\|udp\/127\.0\.0\.1:5060$/,
    ),
  );
  peer.send('2|ping');
  await vi.waitFor(() => expect(peer.text).toMatch(/\|response\|2\|OK\|pong$/));
  peer.send('3|route|INVITE');
  peer.send('4|route|invite');
  await vi.waitFor(() => expect(peer.text).toMatch(/\|response\|4\|OK$/));
  expect([...(clients[0]?.routes ?? [])]).toEqual(['invite']);
  peer.send('5|remove_route|invite');
  peer.send('6|proxy|x||||\r\nINVITE sip:x SIP/2.0\r\n\r\n');
  peer.send('7|dance');
  peer.send('8|sip||\r\nOPTIONS sip:x SIP/2.0\r\n\r\n');
  await vi.waitFor(() => expect(served).toEqual(['sip 8']));
  expect(clients[0]?.routes.size).toBe(0);
  expect(peer.text).toContain('|response|6|NOK|this agent does not proxy');
  expect(peer.text).toContain('|response|7|NO|unknown verb');
});

test('a wrong secret is answered NO and ends the connection', async () => {
  const peer = dial();
  peer.send('1|authenticate|wrong|');
  await vi.waitFor(() => expect(peer.closed).toBe(true));
  expect(peer.text).toMatch(/\|response\|1\|NO\|incorrect secret$/);
  expect(clients).toEqual([]);
});

test.each(['route|options', 'ping', 'sip||\r\nOPTIONS sip:x SIP/2.0\r\n\r\n', 'authenticated'])(
  '%j before authentication ends the connection without an answer',
  async (verb) => {
    const peer = dial();
    peer.send(`1|${verb}`);
    // What comes behind in the same segment must not be served either.
    peer.send(`2|authenticate|${server.secret}|`);
    await vi.waitFor(() => expect(peer.closed).toBe(true));
    expect(peer.text).toBe('');
    expect(clients).toEqual([]);
    expect(served).toEqual([]);
  },
);

test('broken framing ends the connection', async () => {
  const peer = dial();
  peer.send(`1|authenticate|${server.secret}|`);
  await vi.waitFor(() => expect(clients).toHaveLength(1));
  peer.socket.write('hello#');
  await vi.waitFor(() => expect(peer.closed).toBe(true));
  await vi.waitFor(() => expect(served).toEqual(['gone']));
  expect(tally.read().dropped).toMatchObject({ 'client frame': 1 });
});

test('it listens on 127.0.0.1 alone', async () => {
  const socket = connect(server.port, '127.0.0.2');
  sockets.push(socket);
  await expect(
    new Promise((resolve, reject) => {
      socket.on('connect', resolve);
      socket.on('error', reject);
    }),
  ).rejects.toThrow('ECONNREFUSED');
});
