import { FAIR_WEATHER } from './lossy-network.ts';
import { createRawPeer, type RawPeer, rawHeader, rawRequest } from './raw-peer.ts';
import { type ProgramEvent, transactionOf } from './scripted-program.ts';
import { ALICE, createTwoPrograms, type TwoPrograms } from './two-programs.ts';

/** Alice's program and a raw peer that talk to each other on a network without faults. */
export type CallScene = {
  readonly world: TwoPrograms;
  readonly raw: RawPeer;
  /** What Alice's program was told. */
  readonly events: ProgramEvent[];
  step(ms?: number): void;
  /** Alice calls the raw peer; gives the transaction's id. */
  invite(headers?: string): string;
  /** The raw peer answers a request that it has received. */
  answer(request: string | undefined, status: string, tag: string, headers?: string[]): void;
  /** Alice calls, the raw peer answers, she acknowledges; gives the dialog's id. */
  establish(tag?: string, headers?: string[]): string;
  /** The raw peer calls Alice, who answers at once and hears no ACK; gives the dialog's id. */
  answeredWithoutAck(): string;
};

export function createCallScene(): CallScene {
  const world = createTwoPrograms(1, FAIR_WEATHER);
  const raw = createRawPeer(world.network, '10.0.0.9');
  const events: ProgramEvent[] = [];
  world.alice.on = (event) => events.push(event);

  const step = (ms = 10) => world.clock.advance(ms);
  const invite = (headers = '') => {
    const fields = world.alice.send('', '', `INVITE sip:raw@${raw.address} SIP/2.0\r\n${headers}\r\nv=0\r\n`);
    step();
    return transactionOf(fields);
  };

  function answer(request: string | undefined, status: string, tag: string, headers: string[] = []): void {
    const copy = ['Via', 'From', 'Call-ID', 'CSeq'].map((name) => `${name}: ${rawHeader(request, name)}`);
    const to = rawHeader(request, 'To');
    const tagged = to.includes(';tag=') || tag === '' ? to : `${to};tag=${tag}`;
    const contact = `Contact: <sip:raw@${raw.address}:5060>`;
    raw.send(
      ALICE,
      [`SIP/2.0 ${status}`, ...copy, `To: ${tagged}`, contact, ...headers, '', ''].join('\r\n'),
    );
    step();
  }

  function establish(tag = 'peer', headers: string[] = []): string {
    invite();
    answer(raw.received[0], '200 OK', tag, headers);
    const id = events.at(-1)?.dialogId ?? '';
    world.alice.send('', id, 'ACK sip:raw SIP/2.0\r\n\r\n');
    step();
    raw.received.splice(0);
    return id;
  }

  function answeredWithoutAck(): string {
    world.alice.on = (event) => {
      events.push(event);
      if (event.sip.kind === 'request' && event.sip.method === 'INVITE') world.alice.answer(event, '200 OK');
    };
    raw.send(ALICE, rawRequest(raw, ALICE, { method: 'INVITE' }));
    step();
    return 'raw-call;from-tag=raw';
  }

  return { world, raw, events, step, invite, answer, establish, answeredWithoutAck };
}
