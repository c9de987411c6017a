import { createSocket } from 'node:dgram';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type SipAgent, startSipAgent } from './sip-agent.ts';
import { findSipp } from './testing/find-sipp.ts';
import { CANCELLING_CALLER, refusedCaller, refusingCallee, runSipp } from './testing/run-sipp.ts';
import { newProgram, type Program, type Request, type Response } from './testing/srf-types.ts';

const found = await findSipp();
const sipp = 'argv' in found ? found.argv : [];
const missing = 'missing' in found ? ` (skipped: no sipp: ${found.missing})` : '';
const SDP =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';

describe.skipIf(missing !== '')(`sipp against the agent${missing}`, { timeout: 60_000 }, () => {
  let agent: SipAgent;
  let program: Program;
  let serve: (req: Request, res: Response) => void;

  beforeAll(async () => {
    const here = { host: '127.0.0.1', port: 0 };
    agent = await startSipAgent({ udp: here, tcp: here });
    program = newProgram();
    program.on('error', () => {});
    program.use('invite', (req, res) => serve(req, res));
    await new Promise<void>((resolve, reject) => {
      program.on('connect', (error) => (error ? reject(error) : resolve()));
      program.connect(agent.admin);
    });
  });
  afterAll(async () => {
    program.disconnect();
    await agent.close();
  });
  beforeEach(() => {
    serve = (req, res) => {
      void program.createUAS(req, res, { localSdp: SDP });
    };
  });

  async function freePort(): Promise<number> {
    const probe = createSocket('udp4');
    await new Promise<void>((resolve) => probe.bind(0, '127.0.0.1', resolve));
    const { port } = probe.address();
    await new Promise<void>((resolve) => probe.close(() => resolve()));
    return port;
  }

  const at = async (calls: number) => {
    const port = await freePort();
    return { port, args: ['-i', '127.0.0.1', '-p', String(port), '-m', String(calls)] };
  };

  /** sipp calls us. */
  async function calling(calls: number, rate: number, args: readonly string[], scenario?: string) {
    const here = await at(calls);
    const target = `127.0.0.1:${args.includes('-t') ? agent.tcpPort : agent.udpPort}`;
    return runSipp(sipp, [target, '-s', 'bob', '-r', String(rate), ...here.args, ...args], scenario);
  }

  /** sipp waits for calls at a port of its own; gives the port and the end of the run. */
  async function called(calls: number, args: readonly string[], scenario?: string) {
    const here = await at(calls);
    return { port: here.port, run: runSipp(sipp, [...args, ...here.args], scenario) };
  }

  test('basic calls at a rate', async () => {
    expect(await calling(300, 100, ['-sn', 'uac'])).toEqual({ code: 0, errors: '' });
  });

  test('basic calls over TCP', async () => {
    expect(await calling(100, 100, ['-sn', 'uac', '-t', 't1'])).toEqual({ code: 0, errors: '' });
  });

  test('calls of which every tenth message is lost', async () => {
    const before = agent.counters().retransmitted;
    const run = await calling(60, 60, ['-sn', 'uac', '-lost', '10', '-max_retrans', '11']);
    expect(run.code).toBe(0);
    expect(agent.counters().retransmitted).toBeGreaterThan(before);
  });

  test('callers who give up while it rings', async () => {
    let cancelled = 0;
    serve = (req, res) => {
      req.on('cancel', () => cancelled++);
      res.send(180);
    };
    expect(await calling(100, 100, [], CANCELLING_CALLER)).toEqual({ code: 0, errors: '' });
    expect(cancelled).toBe(100);
  });

  test.each([302, 404, 486, 503, 603])('callers who are refused with %i', async (status) => {
    serve = (_, res) => res.send(status);
    expect(await calling(20, 100, [], refusedCaller(status))).toEqual({ code: 0, errors: '' });
  });

  test('calls to sipp, ended by us', async () => {
    const { port, run } = await called(50, ['-sn', 'uas']);
    const one = async () => {
      const dialog = await program.createUAC(`sip:bob@127.0.0.1:${port}`, { localSdp: SDP });
      await dialog.destroy();
    };
    await Promise.all(Array.from({ length: 50 }, one));
    expect(await run).toEqual({ code: 0, errors: '' });
  });

  test.each([301, 480, 500, 606])('calls that sipp refuses with %i', async (status) => {
    const { port, run } = await called(10, [], refusingCallee(status));
    const calls = Array.from({ length: 10 }, () =>
      expect(program.createUAC(`sip:bob@127.0.0.1:${port}`, { localSdp: SDP })).rejects.toMatchObject({
        status,
      }),
    );
    await Promise.all(calls);
    expect(await run).toEqual({ code: 0, errors: '' });
  });
});
