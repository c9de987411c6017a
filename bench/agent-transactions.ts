import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { fileURLToPath } from 'node:url';
import Srf from 'drachtio-srf';
import { startSipAgent } from '../src/pbx-link/sip-agent/sip-agent.ts';
import { median } from './statistics.ts';

/** OPTIONS from another process over UDP, each answered by drachtio-srf over the agent. */
export type TransactionFigures = {
  /** Whole transactions a second, from the load's first request to its last answer: median over the runs. */
  readonly transactionsPerSecond: number;
};

type Answering = { send(status: number): void };

const WARM_UP_RUNS = 2;
const TRANSACTIONS_PER_RUN = 5_000;
/** Requests under way at once: enough to keep the agent busy, too few to fill a socket's buffer. */
const WINDOW = 64;
const LOAD = '--load';

export async function benchTransactions(runs: number): Promise<TransactionFigures> {
  const agent = await startSipAgent({ udp: { host: '127.0.0.1', port: 0 } });
  const srf = new Srf();
  try {
    srf.on('error', (error: Error) => process.stderr.write(`${error.message}\n`));
    srf.use('options', (_req: unknown, res: Answering) => res.send(200));
    await new Promise<void>((resolve, reject) => {
      srf.on('connect', (error: Error | null) => (error ? reject(error) : resolve()));
      void srf.connect(agent.admin);
    });
    const rates: number[] = [];
    for (let run = 0; run < WARM_UP_RUNS + runs; run++) {
      const rate = await loadFromOutside(agent.udpPort ?? 0);
      if (run >= WARM_UP_RUNS) rates.push(rate);
    }
    return { transactionsPerSecond: Math.round(median(rates)) };
  } finally {
    srf.disconnect();
    await agent.close();
  }
}

/** Runs this file as the load in a process of its own, so that its work is not the agent's. */
function loadFromOutside(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), LOAD, String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += String(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const rate = Number(output);
      if (code === 0 && rate > 0) resolve(rate);
      else reject(new Error(`the load ended with code ${code}: ${output}`));
    });
  });
}

/** Keeps WINDOW requests under way until all are answered 200; gives transactions a second. */
async function load(port: number): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const own = socket.address().port;
  const run = `${process.pid.toString(36)}${Date.now().toString(36)}`;
  const request = (n: number) =>
    [
      `OPTIONS sip:desk@127.0.0.1:${port} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${own};branch=z9hG4bK${run}${n};rport`,
      'Max-Forwards: 70',
      `From: <sip:load@127.0.0.1:${own}>;tag=${n}`,
      `To: <sip:desk@127.0.0.1:${port}>`,
      `Call-ID: ${run}-${n}`,
      `CSeq: ${n + 1} OPTIONS`,
      `Contact: <sip:load@127.0.0.1:${own}>`,
      'Accept: application/sdp',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
  let sent = 0;
  let answered = 0;
  const next = () => socket.send(request(sent++), port, '127.0.0.1');
  const began = process.hrtime.bigint();
  try {
    await new Promise<void>((resolve, reject) => {
      const tooLong = setTimeout(() => reject(new Error(`${answered} of ${sent} answered`)), 60_000);
      socket.on('message', (bytes) => {
        if (!bytes.toString('latin1', 0, 11).startsWith('SIP/2.0 200')) {
          return reject(new Error(bytes.toString()));
        }
        answered++;
        if (sent < TRANSACTIONS_PER_RUN) next();
        else if (answered === TRANSACTIONS_PER_RUN) {
          clearTimeout(tooLong);
          resolve();
        }
      });
      for (let n = 0; n < WINDOW; n++) next();
    });
  } finally {
    socket.close();
  }
  return TRANSACTIONS_PER_RUN / (Number(process.hrtime.bigint() - began) / 1e9);
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] === LOAD) {
  process.stdout.write(String(await load(Number(process.argv[3]))));
}
