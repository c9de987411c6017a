import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { CONTRACT_PATH, MAX_CLIENT_FRAME_BYTES } from '../../contract/messages.ts';
import type { Switchboard, SwitchboardOptions } from '../switchboard.ts';
import { createAccess } from './access.ts';
import { boardFrame, type ContractClient, serveClient } from './contract-client.ts';
import { createTally } from './tally.ts';

const CLIENT_LIMIT = 16;
const CONNECTION_LIMIT = 64;

export type BrowserHostOptions = {
  readonly switchboard: Switchboard;
  /** 0: any free port. */
  readonly port: number;
  readonly log: SwitchboardOptions['log'];
};

export type BrowserHost = {
  readonly port: number;
  /** The address to open, with the token that is exchanged once for the session's cookie. */
  readonly url: string;
  readonly token: string;
  close(): Promise<void>;
};

/** Serves the contract on loopback. Rejects when the port is taken. */
export async function startBrowserHost({ switchboard, port, log }: BrowserHostOptions): Promise<BrowserHost> {
  const access = createAccess();
  const clients = new Set<ContractClient>();
  const refused = createTally((reason, count) => log('warn', 'a request was refused', { reason, count }));
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_CLIENT_FRAME_BYTES,
    perMessageDeflate: false,
  });
  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 10_000 }, (request, response) => {
    const { status, headers, text } = answerPage(request);
    if (status >= 400) refused(`${status} ${text}`);
    response.writeHead(status, { 'cache-control': 'no-store', 'content-type': 'text/plain', ...headers });
    response.end(`${text}\n`);
  });

  function answerPage(request: IncomingMessage): {
    status: number;
    headers?: Record<string, string>;
    text: string;
  } {
    if (!access.isLocal(request, ownPort())) return { status: 403, text: 'not from this computer' };
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (request.method !== 'GET') return { status: 405, headers: { allow: 'GET' }, text: 'only GET' };
    if (url.pathname !== '/') return { status: 404, text: 'nothing here' };
    const token = url.searchParams.get('token');
    if (token !== null && !access.hasSession(request)) {
      const cookie = access.exchange(token);
      if (cookie === null) return { status: 403, text: 'the address is not valid, or was used before' };
      return { status: 303, headers: { location: '/', 'set-cookie': cookie }, text: 'signed in' };
    }
    if (token !== null) return { status: 303, headers: { location: '/' }, text: 'signed in' };
    if (!access.hasSession(request))
      return { status: 401, text: 'open the address that was printed at the start' };
    return { status: 200, text: `Cordboard serves its contract at ${CONTRACT_PATH}.` };
  }

  function ownPort(): number {
    return (server.address() as AddressInfo).port;
  }

  /** Why a WebSocket is not opened; null: it may be. A browser always tells its Origin, a driver has the token. */
  function refusal(request: IncomingMessage): string | null {
    if (!access.isLocal(request, ownPort())) return '403 Forbidden';
    if (new URL(request.url ?? '/', 'http://localhost').pathname !== CONTRACT_PATH) return '404 Not Found';
    const browser = request.headers.origin !== undefined && access.hasSession(request);
    if (!browser && !access.hasToken(request)) return '401 Unauthorized';
    return clients.size >= CLIENT_LIMIT ? '503 Service Unavailable' : null;
  }

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const why = refusal(request);
    if (why !== null) {
      refused(why);
      socket.end(`HTTP/1.1 ${why}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const client = serveClient(webSocket, switchboard, log);
      clients.add(client);
      webSocket.on('close', () => clients.delete(client));
    });
  });

  const unwatch = switchboard.watch((board) => {
    if (clients.size === 0) return;
    const frame = boardFrame(board);
    for (const client of clients) client.sendBoard(board, frame);
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  server.maxConnections = CONNECTION_LIMIT;
  server.removeAllListeners('error');
  server.on('error', (error) => log('error', 'the host failed', { error: error.message }));
  const bound = ownPort();
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}/?token=${access.token}`,
    token: access.token,
    async close() {
      unwatch();
      for (const socket of sockets.clients) socket.close(1001, 'the console ends');
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A client that does not answer the close frame is not waited for.
      const cut = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
        server.closeAllConnections();
      }, 500);
      server.closeIdleConnections();
      await closed;
      clearTimeout(cut);
    },
  };
}
