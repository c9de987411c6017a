import Srf, { type Dialog, type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type SipAgent, startSipAgent } from './sip-agent.ts';

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

type Incoming = (req: SrfRequest, res: SrfResponse) => void;
/** drachtio-srf's own types leave some of its methods out. */
type Program = InstanceType<typeof Srf> & Record<string, (...args: never[]) => unknown>;
type Session = Dialog & {
  readonly id: string;
  on(event: string, listener: (...args: never[]) => void): Session;
};

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
    const srf = new Srf() as Program;
    srf.on('error', () => {});
    for (const method of METHODS) {
      (srf as unknown as Record<string, (handler: Incoming) => void>)[method]?.((req, res) =>
        served()(req, res),
      );
    }
    await new Promise<void>((resolve, reject) => {
      srf.on('connect', (error: Error | null) => (error ? reject(error) : resolve()));
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
  const request = (user: string, options: object) =>
    new Promise<SrfResponse>((resolve, reject) => {
      const send = alice.request as unknown as (
        uri: string,
        options: object,
        callback: (error: Error | null, req: SrfRequest) => void,
      ) => void;
      send.call(alice, `sip:${user}${target}`, options, (error, req) => {
        if (error) return reject(error);
        (req as unknown as NodeJS.EventEmitter).on('response', (res: SrfResponse) => {
          if (res.status >= 200) resolve(res);
        });
      });
    });

  /** Alice calls Bob; both ends of the call. */
  async function call(
    uri = 'bob@',
    options: object = { localSdp: SDP },
  ): Promise<{ from: Session; to: Session }> {
    const answered = new Promise<Session>((resolve, reject) => {
      serve = (req, res) => {
        bob.createUAS(req, res, { localSdp: SDP }).then((dialog) => resolve(dialog as Session), reject);
      };
    });
    const from = (await alice.createUAC(`sip:${uri}${target}`, options)) as Session;
    return { from, to: await answered };
  }

  const destroyed = (dialog: Session) =>
    new Promise<void>((resolve) => dialog.on('destroy', () => resolve()));

  test('REGISTER with Call-ID, From tag and CSeq of its own, Contact with the local host', async () => {
    const contacts: string[] = [];
    serve = (req, res) => {
      contacts.push(req.get('Contact'));
      res.send(200, { headers: { Contact: req.get('Contact'), Expires: '60' } } as never);
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
      res.send(401, { headers: { 'WWW-Authenticate': 'Digest realm="x", nonce="n"' } } as never);
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
    let to: Session | undefined;
    serve = (req, res) => {
      res.send(180);
      res.send(183, { body: SDP } as never);
      void bob.createUAS(req, res, { localSdp: SDP }).then((dialog) => {
        to = dialog as Session;
      });
    };
    const from = (await alice.createUAC(
      `sip:bob@${target}`,
      { localSdp: SDP, callingNumber: '8000' } as never,
      { cbProvisional: (res: SrfResponse) => provisional.push(res.status) } as never,
    )) as unknown as Session;
    await vi.waitFor(() => expect(to).toBeDefined());
    expect(provisional).toEqual([180, 183]);
    expect(from.remote.sdp).toBe(SDP);
    expect(to?.id).toBe(from.id);

    let offered = '';
    to?.on('modify', ((req: SrfRequest, res: SrfResponse) => {
      offered = req.body;
      res.send(200, { body: SDP.replace('sendrecv', 'recvonly') } as never);
    }) as never);
    const held = await from.request({ method: 'INVITE', body: HELD } as never);
    expect([held.status, held.body.includes('recvonly'), offered]).toEqual([200, true, HELD]);

    to?.on('info', ((req: SrfRequest, res: SrfResponse) => {
      offered = req.body;
      res.send(200);
    }) as never);
    const info = { method: 'INFO', headers: { 'Content-Type': 'application/dtmf-relay' }, body: 'Signal=5' };
    expect((await from.request(info as never)).status).toBe(200);
    expect(offered).toBe('Signal=5');

    const ended = destroyed(to as Session);
    await from.destroy();
    await ended;
    expect(complaints).toEqual([]);
  });

  test('the callee holds and hangs up', async () => {
    const { from, to } = await call();
    expect((await to.request({ method: 'INVITE', body: HELD } as never)).status).toBe(200);
    const ended = destroyed(from);
    await to.destroy();
    await ended;
  });

  test('a refused re-INVITE leaves the call as it was', async () => {
    const { from, to } = await call();
    to.on('modify', ((_: SrfRequest, res: SrfResponse) => res.send(488)) as never);
    expect((await from.request({ method: 'INVITE', body: HELD } as never)).status).toBe(488);
    expect((await from.request({ method: 'OPTIONS' } as never)).status).toBe(200);
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
        (req as unknown as NodeJS.EventEmitter).on('cancel', () => resolve());
        res.send(180);
      };
    });
    let sent: { cancel(): void } | undefined;
    const attempt = alice.createUAC(
      `sip:bob@${target}`,
      { localSdp: SDP } as never,
      {
        cbRequest: (_: unknown, req: { cancel(): void }) => {
          sent = req;
        },
        cbProvisional: () => sent?.cancel(),
      } as never,
    ) as unknown as Promise<unknown>;
    await expect(attempt).rejects.toMatchObject({ status: 487 });
    await cancelled;
  });

  test('CANCEL at once, before anything was answered', async () => {
    serve = (_, res) => res.send(180);
    const attempt = alice.createUAC(
      `sip:bob@${target}`,
      { localSdp: SDP } as never,
      { cbRequest: (_: unknown, req: { cancel(): void }) => req.cancel() } as never,
    ) as unknown as Promise<unknown>;
    await expect(attempt).rejects.toMatchObject({ status: 487 });
  });

  test('third-party call control: no offer, the answer in the ACK', async () => {
    const acknowledged = new Promise<string>((resolve, reject) => {
      serve = (req, res) => {
        bob.createUAS(req, res, { localSdp: SDP }).then((dialog) => {
          (dialog as Session).on('ack', ((ack: SrfRequest) => resolve(ack.body)) as never);
        }, reject);
      };
    });
    const half = (await alice.createUAC(`sip:bob@${target}`, { noAck: true } as never)) as unknown as {
      sdp: string;
      ack(sdp: string): Promise<Session>;
    };
    expect(half.sdp).toBe(SDP);
    const dialog = await half.ack(HELD);
    expect(await acknowledged).toBe(HELD);
    await dialog.destroy();
  });

  test('REFER, and the NOTIFY of its outcome', async () => {
    const { from, to } = await call();
    to.on('refer', ((req: SrfRequest, res: SrfResponse) => {
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
      } as never);
    }) as never);
    const outcome = new Promise<string>((resolve) => {
      from.on('notify', ((req: SrfRequest, res: SrfResponse) => {
        res.send(200);
        resolve(req.body);
      }) as never);
    });
    const res = await from.request({ method: 'REFER', headers: { 'Refer-To': '<sip:8002@hotel>' } } as never);
    expect(res.status).toBe(202);
    expect(await outcome).toBe('SIP/2.0 200 OK');
    await from.destroy();
  });

  test('SUBSCRIBE: the NOTIFY right behind the answer reaches its listener', async () => {
    const notifier = new Promise<Session>((resolve, reject) => {
      serve = (req, res) => {
        const options = { headers: { Expires: '600' } };
        bob.createUAS(req, res, options as never).then((dialog) => {
          void (dialog as Session).request({
            method: 'NOTIFY',
            headers: { Event: 'dialog', 'Subscription-State': 'active;expires=600' },
          } as never);
          resolve(dialog as Session);
        }, reject);
      };
    });
    const states: string[] = [];
    const subscription = (await alice.createUAC(`sip:8001@${target}`, {
      method: 'SUBSCRIBE',
      headers: { Event: 'dialog', Expires: '600', From: '<sip:8001@127.0.0.1>' },
    } as never)) as unknown as Session;
    subscription.on('notify', ((req: SrfRequest, res: SrfResponse) => {
      states.push(req.get('Subscription-State'));
      res.send(200);
    }) as never);
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
    await expect(from.request({ method: 'INFO' } as never)).rejects.toMatchObject({ code: 'ENODIALOG' });
  });
});
