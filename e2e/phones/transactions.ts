import { randomBytes } from 'node:crypto';
import {
  cseqOf,
  formatMessage,
  headerOf,
  headersOf,
  paramOf,
  parseMessage,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from './sip-message.ts';
import { openTcp, openUdp, type SipSocket } from './sip-socket.ts';

/** RFC 3261 section 17.1.1.1: T1, the estimated round trip, and T2, the longest time between two copies. */
const T1_MS = 500;
const T2_MS = 4000;
const TIMEOUT_MS = 64 * T1_MS;
const REMEMBERED = 200;

export type Sent = {
  /** The final response; 408 of the phone's own making when none came. */
  readonly final: Promise<SipResponse>;
  /** RFC 3261 section 9.1: ends an INVITE that rings. Waits for its first provisional response. */
  cancel(): void;
};

export type Transactions = {
  readonly socket: SipSocket;
  /** Sends a request, again and again until it is answered. A Via is put on top of its headers. */
  send(request: SipRequest, onProvisional?: (response: SipResponse) => void): Sent;
  /** Sends a request that has no transaction: the ACK of a 200. */
  sendOnce(request: SipRequest): void;
  /** Answers; the answer to a copy of the same request is sent by itself. */
  respond(
    request: SipRequest,
    status: number,
    reason: string,
    headers?: readonly SipHeader[],
    body?: string,
  ): void;
  close(): Promise<void>;
};

type Client = {
  readonly method: string;
  receive(response: SipResponse): void;
  /** Stops it without waiting any longer. */
  drop(): void;
};

/**
 * The transactions of one phone (RFC 3261 section 17), good enough for loopback: requests and final responses to
 * INVITE are repeated over UDP, repeated requests get the same answer. `onRequest` gets each new request once, and
 * every ACK; `onStray` gets 200s to INVITE that came again.
 */
export async function openTransactions(
  exchange: { readonly host: string; readonly port: number },
  protocol: 'udp' | 'tcp',
  onRequest: (request: SipRequest) => void,
  onStray: (response: SipResponse) => void,
): Promise<Transactions> {
  const clients = new Map<string, Client>();
  const answers = new Map<string, string | null>();
  let closed = false;
  const socket = await (protocol === 'udp' ? openUdp : openTcp)(exchange, receive);

  function receive(text: string): void {
    const message = parseMessage(text);
    if (message === null) return;
    if ('status' in message) receiveResponse(message);
    else receiveRequest(message);
  }

  function receiveResponse(response: SipResponse): void {
    const { method } = cseqOf(response);
    const client = clients.get(`${paramOf(headerOf(response, 'Via'), 'branch')} ${method}`);
    if (client !== undefined) client.receive(response);
    else if (method === 'INVITE' && response.status < 300 && response.status >= 200) onStray(response);
  }

  function receiveRequest(request: SipRequest): void {
    if (request.method === 'ACK') {
      onRequest(request);
      return;
    }
    const key = transactionKey(request, request.method);
    const answer = answers.get(key);
    if (answer !== undefined) {
      if (answer !== null) socket.send(answer);
      return;
    }
    remember(key, null);
    onRequest(request);
  }

  function remember(key: string, answer: string | null): void {
    answers.delete(key);
    answers.set(key, answer);
    const oldest = answers.keys().next();
    if (answers.size > REMEMBERED && !oldest.done) answers.delete(oldest.value);
  }

  function send(request: SipRequest, onProvisional?: (response: SipResponse) => void): Sent {
    const branch = `z9hG4bK${randomBytes(8).toString('hex')}`;
    const via: SipHeader = [
      'Via',
      `SIP/2.0/${protocol.toUpperCase()} ${socket.host}:${socket.port};branch=${branch};rport`,
    ];
    const whole: SipRequest = { ...request, headers: [via, ...request.headers] };
    const text = formatMessage(whole);
    const key = `${branch} ${request.method}`;
    const settled = Promise.withResolvers<SipResponse>();
    let proceeding = false;
    let cancelled: 'no' | 'wanted' | 'sent' = 'no';
    let timer: NodeJS.Timeout | undefined;
    const timeout = setTimeout(() => finish(madeUp(408)), TIMEOUT_MS);

    function finish(response: SipResponse): void {
      clearTimeout(timer);
      clearTimeout(timeout);
      // An INVITE's final answer may come again and wants its ACK again; others are done.
      if (request.method !== 'INVITE' || response.status < 300) clients.delete(key);
      settled.resolve(response);
    }

    function repeat(wait: number): void {
      socket.send(text);
      if (protocol === 'tcp') return;
      const longest = request.method === 'INVITE' ? TIMEOUT_MS : T2_MS;
      timer = setTimeout(() => repeat(Math.min(wait * 2, longest)), wait);
    }

    function sendCancel(): void {
      if (cancelled === 'sent') return;
      cancelled = 'sent';
      const kept = ['from', 'to', 'call-id', 'route'];
      const headers = whole.headers.filter(([name]) => kept.includes(name.toLowerCase()));
      const cseq: SipHeader = ['CSeq', `${cseqOf(whole).number} CANCEL`];
      socket.send(
        formatMessage({ method: 'CANCEL', uri: whole.uri, headers: [via, ...headers, cseq], body: '' }),
      );
    }

    clients.set(key, {
      method: request.method,
      drop: () => finish(madeUp(503)),
      receive: (response) => {
        if (response.status < 200) {
          proceeding = true;
          if (request.method === 'INVITE') clearTimeout(timer);
          if (request.method === 'INVITE') clearTimeout(timeout);
          if (cancelled === 'wanted') sendCancel();
          onProvisional?.(response);
          return;
        }
        if (request.method === 'INVITE' && response.status >= 300)
          socket.send(formatMessage(ackOf(whole, response)));
        finish(response);
      },
    });
    if (closed) finish(madeUp(503));
    else repeat(T1_MS);
    return {
      final: settled.promise,
      cancel: () => {
        if (cancelled !== 'no') return;
        cancelled = 'wanted';
        if (proceeding) sendCancel();
      },
    };
  }

  return {
    socket,
    send,
    sendOnce: (request) => {
      const branch = `z9hG4bK${randomBytes(8).toString('hex')}`;
      const via: SipHeader = [
        'Via',
        `SIP/2.0/${protocol.toUpperCase()} ${socket.host}:${socket.port};branch=${branch};rport`,
      ];
      socket.send(formatMessage({ ...request, headers: [via, ...request.headers] }));
    },
    respond: (request, status, reason, headers = [], body = '') => {
      const copied = ['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Record-Route'].flatMap((name) =>
        headersOf(request, name)
          // The phone's own To with its tag goes before the copied one.
          .filter(() => name !== 'To' || !headers.some(([own]) => own === 'To'))
          .map((value): SipHeader => [name, value]),
      );
      const text = formatMessage({ status, reason, headers: [...copied, ...headers], body });
      remember(transactionKey(request, request.method), text);
      socket.send(text);
    },
    close: async () => {
      closed = true;
      for (const client of clients.values()) client.drop();
      clients.clear();
      await socket.close();
    },
  };
}

function transactionKey(message: SipMessage, method: string): string {
  return `${paramOf(headerOf(message, 'Via'), 'branch')} ${headerOf(message, 'Call-ID')} ${method}`;
}

/** RFC 3261 section 17.1.1.3: the ACK of a final response other than 2xx belongs to the INVITE's transaction. */
function ackOf(invite: SipRequest, response: SipResponse): SipRequest {
  const kept = ['via', 'from', 'call-id', 'route', 'max-forwards'];
  const headers = invite.headers.filter(([name]) => kept.includes(name.toLowerCase()));
  return {
    method: 'ACK',
    uri: invite.uri,
    headers: [...headers, ['To', headerOf(response, 'To')], ['CSeq', `${cseqOf(invite).number} ACK`]],
    body: '',
  };
}

function madeUp(status: 408 | 503): SipResponse {
  return {
    status,
    reason: status === 408 ? 'Request Timeout' : 'Service Unavailable',
    headers: [],
    body: '',
  };
}
