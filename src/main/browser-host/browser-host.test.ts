import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { MAX_CLIENT_FRAME_BYTES, type ServerFrame, serverFrameSchema } from '../../contract/messages.ts';
import { IdleSwitchboard } from '../testing/idle-switchboard.ts';
import { type BrowserHost, startBrowserHost } from './browser-host.ts';

let switchboard: IdleSwitchboard;
let host: BrowserHost;
let logged: string[];
let sockets: WebSocket[];

beforeEach(async () => {
  switchboard = new IdleSwitchboard();
  logged = [];
  sockets = [];
  const log = (_level: string, message: string) => void logged.push(message);
  host = await startBrowserHost({ switchboard, port: 0, log });
});

afterEach(async () => {
  for (const socket of sockets) socket.terminate();
  await host.close();
});

type Client = {
  readonly socket: WebSocket;
  /** The next frame that was not read yet. */
  next(): Promise<ServerFrame>;
  send(frame: unknown): void;
};

function open(headers: Record<string, string>): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}/contract`, { headers });
  sockets.push(socket);
  return socket;
}

async function connectDriver(
  headers: Record<string, string> = { authorization: `Bearer ${host.token}` },
): Promise<Client> {
  const socket = open(headers);
  const frames: ServerFrame[] = [];
  let wake: () => void = () => undefined;
  socket.on('message', (data: Buffer) => {
    frames.push(serverFrameSchema.parse(JSON.parse(data.toString('utf8'))) as ServerFrame);
    wake();
  });
  await once(socket, 'open');
  return {
    socket,
    async next() {
      while (frames.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return frames.shift() as ServerFrame;
    },
    send: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
  };
}

/** The status with which a WebSocket is refused. */
function statusOf(headers: Record<string, string>, path = '/contract'): Promise<number | undefined> {
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}${path}`, { headers });
  sockets.push(socket);
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
    socket.once('open', () => resolve(101));
  });
}

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${host.port}${path}`, { redirect: 'manual', headers });

/** A request with a Host header that fetch would not send. */
async function statusWithHost(name: string): Promise<string> {
  const socket = connect(host.port, '127.0.0.1');
  socket.end(`GET / HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`);
  let text = '';
  for await (const part of socket) text += String(part);
  return text.split(' ')[1] ?? '';
}

describe('who may speak to the host', () => {
  test('the printed address signs in once, by a cookie that scripts and other sites never see', async () => {
    const answer = await get(`/?token=${host.token}`);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/');
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(cookie).not.toContain(host.token);
    const [session = ''] = cookie.split(';');
    expect((await get('/', { cookie: session })).status).toBe(200);
    expect((await get(`/?token=${host.token}`)).status).toBe(403);
    // The same browser may open the address again.
    expect((await get(`/?token=${host.token}`, { cookie: session })).status).toBe(303);
    const browser = { cookie: session, origin: `http://127.0.0.1:${host.port}` };
    expect(await statusOf(browser)).toBe(101);
    expect(await statusOf({ cookie: session })).toBe(401);
    expect(await statusOf({ ...browser, origin: 'http://evil.example' })).toBe(403);
    expect(await statusOf({ ...browser, origin: `http://127.0.0.1:${host.port + 1}` })).toBe(403);
  });

  test('nobody without token or cookie', async () => {
    expect((await get('/')).status).toBe(401);
    expect((await get('/?token=wrong')).status).toBe(403);
    expect((await get('/', { cookie: 'cordboard=wrong' })).status).toBe(401);
    expect(await statusOf({})).toBe(401);
    expect(await statusOf({ authorization: 'Bearer wrong' })).toBe(401);
    expect(await statusOf({ authorization: `Bearer ${host.token}` })).toBe(101);
    expect(await statusOf({ authorization: `Bearer ${host.token}`, origin: 'null' })).toBe(403);
  });

  test('nothing by another name than that of this computer', async () => {
    expect(await statusWithHost('evil.example')).toBe('403');
    expect(await statusWithHost(`evil.example:${host.port}`)).toBe('403');
    expect(await statusWithHost(`localhost:${host.port}`)).toBe('401');
  });

  test('only what there is', async () => {
    expect((await get('/other')).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${host.port}/`, { method: 'POST' })).status).toBe(405);
    expect(await statusOf({ authorization: `Bearer ${host.token}` }, '/other')).toBe(404);
    expect(logged.every((message) => message.includes('refused'))).toBe(true);
  });
});

describe('the contract', () => {
  test('sends the board at once, and each new one', async () => {
    const client = await connectDriver();
    expect(await client.next()).toEqual({ type: 'board', board: switchboard.board() });
    const board = switchboard.publish();
    expect(await client.next()).toEqual({ type: 'board', board });
    client.send({ type: 'board:get', ref: 'r' });
    expect(await client.next()).toEqual({ type: 'board', ref: 'r', board });
  });

  test('executes commands and answers queries', async () => {
    const client = await connectDriver();
    await client.next();
    client.send({ type: 'execute', ref: 'one', command: { type: 'answer', call: 'a', expect: 'queued' } });
    expect(await client.next()).toEqual({ type: 'result', ref: 'one', result: { ok: true, id: 'id-1' } });
    expect(switchboard.executed).toEqual([{ type: 'answer', call: 'a', expect: 'queued' }]);
    client.send({ type: 'query', ref: 'two', name: 'call-log', args: {} });
    expect(await client.next()).toEqual({ type: 'result', ref: 'two', result: [] });
    switchboard.failsQueries = true;
    client.send({ type: 'query', ref: 'three', name: 'call-log', args: {} });
    expect(await client.next()).toMatchObject({ type: 'error', ref: 'three', reason: 'query-failed' });
  });

  test.each([
    ['not JSON', '{', { ref: null, reason: 'bad-frame' }],
    ['no frame', 'null', { ref: null, reason: 'bad-frame' }],
    ['an unknown frame', { type: 'send', ref: 'r' }, { ref: 'r', reason: 'bad-frame' }],
    [
      'a reference without end',
      { type: 'board:get', ref: 'r'.repeat(65) },
      { ref: null, reason: 'bad-frame' },
    ],
    [
      'an unknown command',
      { type: 'execute', ref: 'r', command: { type: 'explode' } },
      { ref: 'r', reason: 'bad-command' },
    ],
    [
      'a command with a key too many',
      { type: 'execute', ref: 'r', command: { type: 'enter', force: true } },
      { ref: 'r', reason: 'bad-command', message: expect.stringContaining('force') as string },
    ],
    [
      'a number without end',
      { type: 'execute', ref: 'r', command: { type: 'call', number: '1'.repeat(65) } },
      { ref: 'r', reason: 'bad-command' },
    ],
    [
      'an unknown query',
      { type: 'query', ref: 'r', name: 'toString', args: {} },
      { ref: 'r', reason: 'unknown-query' },
    ],
    [
      'wrong arguments',
      { type: 'query', ref: 'r', name: 'call-log', args: { limit: 0 } },
      { ref: 'r', reason: 'bad-arguments' },
    ],
  ])('answers %s with the reason, and goes on', async (_name, frame, expected) => {
    const client = await connectDriver();
    await client.next();
    client.send(frame);
    expect(await client.next()).toMatchObject({ type: 'error', ...expected });
    expect(switchboard.executed).toEqual([]);
    client.send({ type: 'board:get', ref: 'still' });
    expect(await client.next()).toMatchObject({ type: 'board', ref: 'still' });
  });

  test('refuses a binary frame, and ends at one that is too large', async () => {
    const client = await connectDriver();
    await client.next();
    client.socket.send(Buffer.from('{}'));
    expect(await client.next()).toMatchObject({ type: 'error', reason: 'bad-frame' });
    client.send('x'.repeat(MAX_CLIENT_FRAME_BYTES + 1));
    const [code] = (await once(client.socket, 'close')) as [number];
    expect(code).toBe(1009);
  });

  test('a client that does not read gets no queue without end, and then the newest board', async () => {
    const client = await connectDriver();
    await client.next();
    const { log } = { log: logged };
    const wide = { line: { ...switchboard.board().line, number: 'x'.repeat(100_000) } };
    client.socket.pause();
    const published = 400;
    for (let index = 0; index < published; index += 1) {
      switchboard.publish(wide);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const newest = switchboard.board().revision;
    client.socket.resume();
    let received = 0;
    for (;;) {
      const frame = await client.next();
      received += 1;
      if (frame.type === 'board' && frame.board.revision === newest) break;
    }
    expect(received).toBeLessThan(published);
    expect(log).toContain('a slow contract client was brought up to date');
  });
});

test('what is measured is published only while somebody listens', async () => {
  const seen: { name: string | symbol; message: unknown }[] = [];
  const listen = (message: unknown, name: string | symbol) => void seen.push({ name, message });
  const names = ['cordboard:contract:received', 'cordboard:contract:sent'];
  for (const name of names) subscribe(name, listen);
  const client = await connectDriver();
  await client.next();
  client.send({ type: 'execute', ref: 'r', command: { type: 'enter' } });
  await client.next();
  for (const name of names) unsubscribe(name, listen);
  client.send({ type: 'execute', ref: 's', command: { type: 'enter' } });
  await client.next();
  expect(seen).toEqual([
    { name: names[1], message: { at: expect.any(BigInt) as bigint, revision: 0, calls: [] } },
    { name: names[0], message: { at: expect.any(BigInt) as bigint, ref: 'r', type: 'enter' } },
  ]);
});

test('its end closes every client and stops watching', async () => {
  const client = await connectDriver();
  const closed = once(client.socket, 'close');
  await host.close();
  expect(((await closed) as [number])[0]).toBe(1001);
  expect(switchboard.watchers).toBe(0);
  await expect(get('/')).rejects.toThrow('fetch failed');
});

test('a port that is taken is told', async () => {
  await expect(
    startBrowserHost({ switchboard, port: host.port, log: () => undefined }),
  ).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});
