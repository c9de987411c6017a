import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type SipAgent, startSipAgent } from './sip-agent.ts';
import {
  type Call,
  type CallOptions,
  newProgram,
  type Program,
  type Request,
  type Response,
} from './testing/srf-types.ts';

const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 4000 RTP/AVP 8',
  'a=sendrecv',
  '',
].join('\r\n');
const HELD = SDP.replace('sendrecv', 'sendonly');
const HERE = { host: '127.0.0.1', port: 0 };

type Incoming = (req: Request, res: Response) => void;

const METHODS = ['invite', 'register', 'options', 'message', 'subscribe', 'notify', 'info'] as const;

describe.each(['udp', 'tcp'] as const)('drachtio-srf over the agent by %s', (transport) => {
  const agents: SipAgent[] = [];
  let alice: Program;
  let bob: Program;
  let target: string;
  /** What Bob does with a request outside a dialog; each test sets it. */
  let serve: Incoming;
  let aliceServes: Incoming;
  const complaints: string[] = [];

  async function program(served: () => Incoming): Promise<Program> {
    const agent = await startSipAgent({
      ...(transport === 'udp' ? { udp: HERE } : { tcp: HERE }),
      log: (entry) => {
        if (entry.level !== 'info') complaints.push(`${entry.reason} ${entry.detail}`);
      },
    });
    agents.push(agent);
    const srf = newProgram();
    srf.on('error', () => {});
    for (const method of METHODS) srf.use(method, (req, res) => served()(req, res));
    await new Promise<void>((resolve, reject) => {
      srf.on('connect', (error) => (error ? reject(error) : resolve()));
      srf.connect(agent.admin);
    });
    return srf;
  }

  beforeAll(async () => {
    alice = await program(() => aliceServes);
    bob = await program(() => serve);
    const port = transport === 'udp' ? agents[1]?.udpPort : agents[1]?.tcpPort;
    target = `127.0.0.1:${port}${transport === 'tcp' ? ';transport=tcp' : ''}`;
  });
  afterAll(async () => {
    alice.disconnect();
    bob.disconnect();
    for (const agent of agents) await agent.close();
  });
  beforeEach(() => {
    serve = (_, res) => res.send(404);
    aliceServes = (_, res) => res.send(404);
    complaints.length = 0;
  });

  /** A request outside a dialog and its final answer. */
  const request = (user: string, options: Parameters<Program['request']>[1]) =>
    new Promise<Response>((resolve, reject) => {
      alice.request(`sip:${user}${target}`, options, (error, req) => {
        if (error) return reject(error);
        req.on('response', (res) => {
          if (res.status >= 200) resolve(res);
        });
      });
    });

  /** Alice calls Bob; both ends of the call. */
  async function call(
    uri = 'bob@',
    options: CallOptions = { localSdp: SDP },
  ): Promise<{ from: Call; to: Call }> {
    const answered = new Promise<Call>((resolve, reject) => {
      serve = (req, res) => {
        bob.createUAS(req, res, { localSdp: SDP }).then((dialog) => resolve(dialog), reject);
      };
    });
    const from = await alice.createUAC(`sip:${uri}${target}`, options);
    return { from, to: await answered };
  }

  const destroyed = (dialog: Call) => new Promise<void>((resolve) => dialog.on('destroy', () => resolve()));

  test('REGISTER with Call-ID, From tag and CSeq of its own, Contact with the local host', async () => {
    const contacts: string[] = [];
    serve = (req, res) => {
      contacts.push(req.get('Contact'));
      res.send(200, { headers: { Contact: req.get('Contact'), Expires: '60' } });
    };
    const res = await request('', {
      method: 'REGISTER',
      headers: {
        From: '<sip:8000@hotel>;tag=own',
        To: '<sip:8000@hotel>',
        Contact: '<sip:8000@localhost>',
        'Call-ID': 'own-call',
        CSeq: '77 REGISTER',
      },
    });
    expect([res.status, res.get('Call-ID'), res.get('CSeq'), res.get('From')]).toEqual([
      200,
      'own-call',
      '77 REGISTER',
      '<sip:8000@hotel>;tag=own',
    ]);
    const port = transport === 'udp' ? agents[0]?.udpPort : `${agents[0]?.tcpPort};transport=tcp`;
    expect(contacts).toEqual([`<sip:8000@127.0.0.1:${port}>`]);
  });

  test('a challenged request is sent again by srf and accepted', async () => {
    serve = (req, res) => {
      if (req.has('Authorization')) return res.send(200);
      res.send(401, { headers: { 'WWW-Authenticate': 'Digest realm="x", nonce="n"' } });
    };
    const res = await request('', { method: 'REGISTER', auth: { username: 'u', password: 'p' } });
    expect(res.status).toBe(200);
  });

  test('OPTIONS, MESSAGE with a body in UTF-8, and a method that is not served', async () => {
    let heard = '';
    serve = (req, res) => {
      heard = req.body;
      res.send(200);
    };
    expect((await request('bob@', { method: 'OPTIONS' })).status).toBe(200);
    const headers = { 'Content-Type': 'text/plain' };
    await request('bob@', { method: 'MESSAGE', headers, body: '您好, Grüße' });
    expect(heard).toBe('您好, Grüße');
    expect((await request('bob@', { method: 'PUBLISH' })).status).toBe(405);
  });

  test('a call with provisional, hold, INFO and BYE by the caller', async () => {
    const provisional: number[] = [];
    let to: Call | undefined;
    serve = (req, res) => {
      res.send(180);
      res.send(183, { body: SDP });
      void bob.createUAS(req, res, { localSdp: SDP }).then((dialog) => {
        to = dialog;
      });
    };
    const from = await alice.createUAC(
      `sip:bob@${target}`,
      { localSdp: SDP, callingNumber: '8000' },
      { cbProvisional: (res) => provisional.push(res.status) },
    );
    await vi.waitFor(() => expect(to).toBeDefined());
    expect(provisional).toEqual([180, 183]);
    expect(from.remote.sdp).toBe(SDP);
    expect(to?.id).toBe(from.id);

    let offered = '';
    to?.on('modify', (req, res) => {
      offered = req.body;
      res.send(200, { body: SDP.replace('sendrecv', 'recvonly') });
    });
    const held = await from.request({ method: 'INVITE', body: HELD });
    expect([held.status, held.body.includes('recvonly'), offered]).toEqual([200, true, HELD]);

    to?.on('info', (req, res) => {
      offered = req.body;
      res.send(200);
    });
    const info = { method: 'INFO', headers: { 'Content-Type': 'application/dtmf-relay' }, body: 'Signal=5' };
    expect((await from.request(info)).status).toBe(200);
    expect(offered).toBe('Signal=5');

    if (to === undefined) throw new Error('no call');
    const ended = destroyed(to);
    await from.destroy();
    await ended;
    expect(complaints).toEqual([]);
  });

  test('the callee holds and hangs up', async () => {
    const { from, to } = await call();
    expect((await to.request({ method: 'INVITE', body: HELD })).status).toBe(200);
    const ended = destroyed(from);
    await to.destroy();
    await ended;
  });

  test('a refused re-INVITE leaves the call as it was', async () => {
    const { from, to } = await call();
    to.on('modify', (_: Request, res: Response) => res.send(488));
    expect((await from.request({ method: 'INVITE', body: HELD })).status).toBe(488);
    expect((await from.request({ method: 'OPTIONS' })).status).toBe(200);
    await from.destroy();
  });

  test('a refusal tells its status', async () => {
    serve = (_, res) => res.send(486);
    await expect(alice.createUAC(`sip:bob@${target}`, { localSdp: SDP })).rejects.toMatchObject({
      status: 486,
    });
  });

  test('CANCEL by cbRequest, while it rings', async () => {
    const cancelled = new Promise<void>((resolve) => {
      serve = (req, res) => {
        req.on('cancel', () => resolve());
        res.send(180);
      };
    });
    let sent: { cancel(): void } | undefined;
    const attempt = alice.createUAC(
      `sip:bob@${target}`,
      { localSdp: SDP },
      {
        cbRequest: (_: unknown, req: { cancel(): void }) => {
          sent = req;
        },
        cbProvisional: () => sent?.cancel(),
      },
    );
    await expect(attempt).rejects.toMatchObject({ status: 487 });
    await cancelled;
  });

  test('CANCEL at once, before anything was answered', async () => {
    serve = (_, res) => res.send(180);
    const attempt = alice.createUAC(
      `sip:bob@${target}`,
      { localSdp: SDP },
      { cbRequest: (_: unknown, req: { cancel(): void }) => req.cancel() },
    );
    await expect(attempt).rejects.toMatchObject({ status: 487 });
  });

  test('third-party call control: no offer, the answer in the ACK', async () => {
    const acknowledged = new Promise<string>((resolve, reject) => {
      serve = (req, res) => {
        bob.createUAS(req, res, { localSdp: SDP }).then((dialog) => {
          dialog.on('ack', (ack: Request) => resolve(ack.body));
        }, reject);
      };
    });
    const half = await alice.createUAC(`sip:bob@${target}`, { noAck: true });
    expect(half.sdp).toBe(SDP);
    const dialog = await half.ack(HELD);
    expect(await acknowledged).toBe(HELD);
    await dialog.destroy();
  });

  test('REFER, and the NOTIFY of its outcome', async () => {
    const { from, to } = await call();
    to.on('refer', (req, res) => {
      expect(req.get('Refer-To')).toBe('<sip:8002@hotel>');
      res.send(202);
      void to.request({
        method: 'NOTIFY',
        headers: {
          Event: 'refer',
          'Subscription-State': 'terminated;reason=noresource',
          'Content-Type': 'message/sipfrag',
        },
        body: 'SIP/2.0 200 OK',
      });
    });
    const outcome = new Promise<string>((resolve) => {
      from.on('notify', (req, res) => {
        res.send(200);
        resolve(req.body);
      });
    });
    const res = await from.request({ method: 'REFER', headers: { 'Refer-To': '<sip:8002@hotel>' } });
    expect(res.status).toBe(202);
    expect(await outcome).toBe('SIP/2.0 200 OK');
    await from.destroy();
  });

  test('SUBSCRIBE: the NOTIFY right behind the answer reaches its listener', async () => {
    const notifier = new Promise<Call>((resolve, reject) => {
      serve = (req, res) => {
        const options = { headers: { Expires: '600' } };
        bob.createUAS(req, res, options).then((dialog) => {
          void dialog.request({
            method: 'NOTIFY',
            headers: { Event: 'dialog', 'Subscription-State': 'active;expires=600' },
          });
          resolve(dialog);
        }, reject);
      };
    });
    const states: string[] = [];
    const subscription = await alice.createUAC(`sip:8001@${target}`, {
      method: 'SUBSCRIBE',
      headers: { Event: 'dialog', Expires: '600', From: '<sip:8001@127.0.0.1>' },
    });
    subscription.on('notify', (req, res) => {
      states.push(req.get('Subscription-State'));
      res.send(200);
    });
    await vi.waitFor(() => expect(states).toEqual(['active;expires=600']));
    await (await notifier).destroy();
    await vi.waitFor(() => expect(states).toEqual(['active;expires=600', 'terminated']));
  });

  test('a hundred calls at once, all set up and ended', async () => {
    let ended = 0;
    serve = (req, res) => {
      void bob.createUAS(req, res, { localSdp: SDP }).then((dialog) => {
        dialog.on('destroy', () => ended++);
      });
    };
    const one = async () => {
      const dialog = await alice.createUAC(`sip:bob@${target}`, { localSdp: SDP });
      await dialog.destroy();
    };
    await Promise.all(Array.from({ length: 100 }, one));
    await vi.waitFor(() => expect(ended).toBe(100));
    expect(complaints).toEqual([]);
  });

  test('nobody at the other end is a 503 soon, a name without an address too', async () => {
    const nobody = `sip:127.0.0.1:9${transport === 'tcp' ? ';transport=tcp' : ''}`;
    await expect(alice.createUAC(nobody, { localSdp: SDP })).rejects.toMatchObject({ status: 503 });
    // A label of 64 characters is refused by the resolver itself: nothing is asked of the network.
    const unknown = `sip:${'x'.repeat(64)}.invalid${transport === 'tcp' ? ';transport=tcp' : ''}`;
    await expect(alice.createUAC(unknown, { localSdp: SDP })).rejects.toMatchObject({ status: 503 });
  });

  test('a request in a call that is over is refused with srf’s code for it', async () => {
    const { from } = await call();
    await from.destroy();
    await expect(from.request({ method: 'INFO' })).rejects.toMatchObject({ code: 'ENODIALOG' });
  });
});
