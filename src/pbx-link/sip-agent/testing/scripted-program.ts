import type { Clock } from '../clock.ts';
import { type AgentLogEntry, createTally } from '../counters.ts';
import { parseSipMessage } from '../message/parse-message.ts';
import { headerOf, type SipMessage } from '../message/sip-message.ts';
import { receiveBytes } from '../receive.ts';
import type { Client } from '../user-agent/client.ts';
import { serveSip } from '../user-agent/serve-client.ts';
import { createUserAgent, type UserAgent } from '../user-agent/user-agent.ts';
import { parseClientMessage } from '../wire/client-message.ts';
import type { SipEvent } from '../wire/server-message.ts';
import type { LossyNetwork } from './lossy-network.ts';

export type ProgramEvent = SipEvent & { readonly sip: SipMessage };

/** An agent at an address of a lossy network with a program on top that speaks the wire protocol to it. */
export type ScriptedProgram = {
  readonly ua: UserAgent;
  readonly client: Client;
  /** What happened to the program, e.g. `INVITE`, `180 INVITE`, in order. */
  readonly heard: string[];
  /** What the agent below logged. */
  readonly log: AgentLogEntry[];
  /** Called for each event after it is written down. */
  on: (event: ProgramEvent) => void;
  /** Sends a partial message; returns the answer's fields from OK or NOK on. */
  send(transactionId: string, dialogId: string, sip: string, routeUrl?: string): readonly string[];
  /** Answers the request of an event. */
  answer(event: ProgramEvent, status: string, headers?: string, body?: string): readonly string[];
  /** Takes the connection away, as if the program had died. */
  die(): void;
};

const METHODS = ['invite', 'options', 'message', 'subscribe', 'notify', 'register', 'refer', 'info'];

export function createScriptedProgram(clock: Clock, network: LossyNetwork, address: string): ScriptedProgram {
  const log: AgentLogEntry[] = [];
  const tally = createTally((entry) => log.push(entry));
  const ua = createUserAgent({ clock, tally, product: null, transport: () => transport });
  const transport = network.attach(address, (bytes, flow) => receiveBytes(ua, bytes, flow, 0n));
  let open = true;
  const client: Client = {
    get open() {
      return open;
    },
    routes: new Set(METHODS),
    event(event) {
      const parsed = parseSipMessage(event.message);
      if (!parsed.ok) throw new Error(parsed.error.reason);
      const sip = parsed.message;
      program.heard.push(
        sip.kind === 'request' ? sip.method : `${sip.status} ${headerOf(sip, 'cseq')?.split(' ')[1]}`,
      );
      program.on({ ...event, sip });
    },
  };
  ua.clients.add(client);
  const program: ScriptedProgram = {
    ua,
    client,
    log,
    heard: [],
    on: () => {},
    send(transactionId, dialogId, sip, routeUrl = '') {
      const meta = `1|sip|${transactionId}|${dialogId}|${routeUrl}`;
      const message = parseClientMessage(Buffer.from(`${meta}\r\n${sip}`));
      if (message === null) throw new Error('no client message');
      let fields: readonly string[] = [];
      void serveSip(ua, client, message, (frame) => {
        const text = frame.toString();
        fields = (text.slice(text.indexOf('#') + 1).split('\r\n')[0] ?? '').split('|').slice(3);
      });
      return fields;
    },
    answer(event, status, headers = '', body = '') {
      return program.send(event.transactionId, '', `SIP/2.0 ${status}\r\n${headers}\r\n${body}`);
    },
    die() {
      open = false;
    },
  };
  return program;
}

/** The transaction id in the answer to a request that was sent. */
export const transactionOf = (fields: readonly string[]): string => fields[7] ?? '';
