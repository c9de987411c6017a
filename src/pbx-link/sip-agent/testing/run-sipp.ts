import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type SippRun = {
  readonly code: number | null;
  /** What went wrong, in sipp's words. */
  readonly errors: string;
};

/**
 * Runs sipp in a folder of its own until it ends. `scenario` is the XML of a scenario file; without it `args` name a
 * built-in one. A run that went well has code 0 and no errors.
 */
export async function runSipp(
  sipp: readonly string[],
  args: readonly string[],
  scenario?: string,
): Promise<SippRun> {
  const folder = await mkdtemp(join(tmpdir(), 'cordboard-sipp-'));
  try {
    const scenarioArgs = scenario === undefined ? [] : ['-sf', 'scenario.xml'];
    if (scenario !== undefined) await writeFile(join(folder, 'scenario.xml'), scenario);
    const [program = '', ...before] = sipp;
    const all = [
      ...before,
      ...scenarioArgs,
      ...args,
      '-nostdin',
      '-trace_err',
      '-timeout',
      '40s',
      '-timeout_error',
    ];
    const child = spawn(program, all, {
      cwd: folder,
      env: { ...process.env, TERM: 'dumb' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.resume();
    child.stderr.on('data', (chunk) => {
      output += String(chunk);
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    // On stderr it also says that all is well.
    if (code === 0) output = '';
    const logs = (await readdir(folder)).filter((name) => name.endsWith('errors.log'));
    for (const name of logs) output += await readFile(join(folder, name), 'utf8');
    return { code, errors: output.slice(0, 4_000) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `back` is how many steps of the scenario lie between this message and the INVITE whose branch it shares. */
const headers = (method: string, toTag: string, back: number) => `
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch${back === 0 ? '' : `-${back}`}]
      From: <sip:sipp@[local_ip]:[local_port]>;tag=[pid]S[call_number]
      To: <sip:bob@[remote_ip]:[remote_port]>${toTag}
      Call-ID: [call_id]
      CSeq: 1 ${method}
      Contact: <sip:sipp@[local_ip]:[local_port]>
      Max-Forwards: 70
      Content-Length: 0`;

const message = (method: string, toTag: string, options: string, back = 0) => `
  <send ${options}><![CDATA[
      ${method} sip:bob@[remote_ip]:[remote_port] SIP/2.0${headers(method, toTag, back)}

  ]]></send>`;

const scenario = (name: string, steps: string) =>
  `<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="${name}">${steps}\n</scenario>\n`;

/** Calls, hears that it rings, and gives up. */
export const CANCELLING_CALLER = scenario(
  'cancel',
  `${message('INVITE', '', 'retrans="500"')}
  <recv response="100" optional="true"/>
  <recv response="180"/>${message('CANCEL', '', 'retrans="500"', 3)}
  <recv response="200"/>
  <recv response="487"/>${message('ACK', '[peer_tag_param]', '', 6)}`,
);

/** Calls and is refused with that status. */
export const refusedCaller = (status: number): string =>
  scenario(
    'refused',
    `${message('INVITE', '', 'retrans="500"')}
  <recv response="100" optional="true"/>
  <recv response="${status}"/>${message('ACK', '[peer_tag_param]', '', 3)}`,
  );

/** Is called and refuses with that status, until the ACK. */
export const refusingCallee = (status: number): string =>
  scenario(
    'refusing',
    `
  <recv request="INVITE"/>
  <send retrans="500"><![CDATA[
      SIP/2.0 ${status} No
      [last_Via:]
      [last_From:]
      [last_To:];tag=[pid]S[call_number]
      [last_Call-ID:]
      [last_CSeq:]
      Contact: <sip:else@[local_ip]:[local_port]>
      Content-Length: 0

  ]]></send>
  <recv request="ACK"/>`,
  );
