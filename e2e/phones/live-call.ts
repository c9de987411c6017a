import { acceptedInvites } from './accepted-invites.ts';
import { openCallMedia } from './call-media.ts';
import { type CallSetup, sendWithDigest } from './call-setup.ts';
import { type Dialog, dialogOf, learn, newDialog, requestIn } from './dialog.ts';
import { reasonOf, shown } from './message-facts.ts';
import type { CallEnd, CallState, PhoneCall, TransferReport } from './phone-call.ts';
import {
  cseqOf,
  headerOf,
  type Identity,
  paramOf,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from './sip-message.ts';
import type { Sent } from './transactions.ts';

/** RFC 3261 section 14.1: after a 491. */
const GLARE_MS = 200;
const SDP_TYPE: SipHeader = ['Content-Type', 'application/sdp'];

/** A call with the side that its phone drives. */
export type LiveCall = PhoneCall & {
  /** Takes a request of the exchange in this call's dialog. */
  receive(request: SipRequest): void;
  /** Takes a 200 to INVITE that came again. */
  receiveStray(response: SipResponse): void;
  /** Frees everything without a word to the exchange. */
  drop(): Promise<void>;
};

export type OutgoingCall = {
  readonly number: string;
  readonly headers: Readonly<Record<string, string>>;
  /** false: no offer in the INVITE; the exchange makes one and the ACK answers it. */
  readonly sdp: boolean;
};

export async function placeCall(setup: CallSetup, call: OutgoingCall): Promise<LiveCall> {
  const { host, port } = setup.exchange;
  const uri = `sip:${call.number}@${host}:${port}`;
  const dialog = newDialog(`<sip:${setup.credentials.user}@${host}>`, `<${uri}>`, uri);
  return liveCall(setup, dialog, null, call);
}

export async function takeCall(setup: CallSetup, invite: SipRequest, rings = true): Promise<LiveCall> {
  return liveCall(setup, dialogOf(invite), invite, null, rings);
}

async function liveCall(
  setup: CallSetup,
  dialog: Dialog,
  incoming: SipRequest | null,
  outgoing: OutgoingCall | null,
  rings = true,
): Promise<LiveCall> {
  const { transactions } = setup;
  const media = await openCallMedia(transactions.socket.host, setup.toneHz, setup.laws);
  const contact: SipHeader = ['Contact', `<${setup.contact}>`];
  const answered = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<CallEnd>();
  answered.promise.catch(() => {});
  const timers = new Set<NodeJS.Timeout>();
  const statuses: number[] = [];
  const fragments: string[] = [];
  let state: CallState = incoming === null ? 'calling' : 'ringing';
  let from: Identity = shown(incoming) ?? { number: outgoing?.number ?? '', name: '' };
  let invite = incoming;
  let sent: Sent | null = null;
  let givenUp = false;
  let lastAck: SipRequest | null = null;
  const accepted = acceptedInvites(media, later);
  let transferDone: (() => void) | null = null;

  function end(how: CallEnd): void {
    if (state === 'ended') return;
    state = 'ended';
    for (const timer of timers) clearTimeout(timer);
    transferDone?.();
    void media.stream.close();
    answered.reject(new Error(`the call ended: ${JSON.stringify(how)}`));
    ended.resolve(how);
  }

  function connect(): void {
    if (state === 'ended') return;
    state = 'connected';
    answered.resolve();
  }

  function later(wait: number, work: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, wait);
    timers.add(timer);
  }

  async function place(call: OutgoingCall): Promise<void> {
    const offer = call.sdp ? media.offer() : '';
    const own = Object.entries(call.headers);
    const { response, sequence } = await sendWithDigest(
      setup,
      (proof) => {
        invite = requestIn(
          dialog,
          'INVITE',
          [contact, ...own, ...proof, ...(call.sdp ? [SDP_TYPE] : [])],
          offer,
        );
        return invite;
      },
      (attempt) => {
        sent = attempt;
        if (givenUp) attempt.cancel();
      },
      (response) => {
        statuses.push(response.status);
        if (response.status === 100) return;
        learn(dialog, response);
        from = shown(response) ?? from;
        if (state === 'calling') state = 'ringing';
        if (response.body !== '' && call.sdp) media.accept(response.body);
      },
    );
    statuses.push(response.status);
    learn(dialog, response);
    if (response.status >= 300) {
      end({ by: 'exchange', status: response.status, ...reasonOf(response) });
      return;
    }
    from = shown(response) ?? from;
    acknowledge(response, sequence, call.sdp);
    // The answer crossed a CANCEL, or the phone was closed meanwhile.
    if (!givenUp && state !== 'ended') connect();
    else {
      void request('BYE');
      end({ by: 'phone', status: null, cause: null, reason: '' });
    }
  }

  /** ACK of a 200, with the answer in it when the INVITE had no offer. */
  function acknowledge(response: SipResponse, sequence: number, offered: boolean): void {
    const body = offered ? '' : media.answer(response.body);
    if (offered) media.accept(response.body);
    lastAck = requestIn(dialog, 'ACK', offered ? [] : [SDP_TYPE], body, sequence);
    transactions.sendOnce(lastAck);
  }

  async function request(
    method: string,
    headers: readonly SipHeader[] = [],
    body = '',
  ): Promise<SipResponse> {
    const { response } = await sendWithDigest(setup, (proof) =>
      requestIn(dialog, method, [contact, ...headers, ...proof], body),
    );
    return response;
  }

  async function reinvite(): Promise<void> {
    const { response, sequence } = await sendWithDigest(setup, (proof) =>
      requestIn(dialog, 'INVITE', [contact, SDP_TYPE, ...proof], media.offer()),
    );
    if (response.status === 491) {
      await Promise.race([ended.promise, new Promise<void>((resolve) => later(GLARE_MS, resolve))]);
      if (state === 'ended') throw new Error('the call ended while it was put on hold or back');
      await reinvite();
      return;
    }
    if (response.status >= 300) throw new Error(`re-INVITE: ${response.status} ${response.reason}`);
    acknowledge(response, sequence, true);
  }

  function respond(
    to: SipRequest,
    status: number,
    reason: string,
    headers: SipHeader[] = [],
    body = '',
  ): void {
    const tagged = headerOf(to, 'To');
    const own: SipHeader = [
      'To',
      paramOf(tagged, 'tag') === '' ? `${tagged};tag=${dialog.localTag}` : tagged,
    ];
    transactions.respond(to, status, reason, [own, contact, ...headers], body);
  }

  /** 200 to an INVITE of the exchange, the first or a later one. */
  function accept(to: SipRequest): void {
    accepted.accept(to, (body) => respond(to, 200, 'OK', [SDP_TYPE, ['Allow', ALLOW]], body));
  }

  function receive(message: SipRequest): void {
    from = shown(message, true) ?? from;
    switch (message.method) {
      case 'ACK':
        accepted.acknowledge(message);
        return;
      case 'INVITE':
        accept(message);
        return;
      case 'BYE':
        respond(message, 200, 'OK');
        end({ by: 'exchange', status: null, ...reasonOf(message) });
        return;
      case 'CANCEL':
        respond(message, 200, 'OK');
        if (incoming === null || state !== 'ringing') return;
        respond(incoming, 487, 'Request Terminated');
        end({ by: 'exchange', status: 487, ...reasonOf(message) });
        return;
      case 'UPDATE':
        respond(
          message,
          200,
          'OK',
          message.body === '' ? [] : [SDP_TYPE],
          message.body && media.answer(message.body),
        );
        return;
      case 'NOTIFY':
        respond(message, 200, 'OK');
        if (!headerOf(message, 'Event').startsWith('refer')) return;
        fragments.push(message.body.split('\r\n')[0] ?? '');
        if (headerOf(message, 'Subscription-State').startsWith('terminated')) transferDone?.();
        return;
      case 'INFO':
      case 'OPTIONS':
        respond(message, 200, 'OK');
        return;
      default:
        respond(message, 501, 'Not Implemented');
    }
  }

  async function refer(target: string): Promise<TransferReport> {
    fragments.length = 0;
    const done = new Promise<void>((resolve) => {
      transferDone = resolve;
    });
    const response = await request('REFER', [
      ['Refer-To', `<${target}>`],
      ['Referred-By', dialog.localAddress],
    ]);
    if (response.status < 300) await done;
    transferDone = null;
    return { status: response.status, fragments: [...fragments] };
  }

  async function hold(direction: 'sendonly' | 'sendrecv'): Promise<void> {
    media.want(direction);
    await reinvite();
    state = direction === 'sendonly' ? 'held' : 'connected';
  }

  const call: LiveCall = {
    direction: incoming === null ? 'out' : 'in',
    get state() {
      return state;
    },
    get from() {
      return from;
    },
    get invite() {
      if (invite === null) throw new Error('no INVITE yet');
      return invite;
    },
    get replaces() {
      return `${dialog.callId};to-tag=${dialog.remoteTag};from-tag=${dialog.localTag}`;
    },
    callId: dialog.callId,
    header: (name) => (incoming === null ? '' : headerOf(incoming, name)),
    statuses,
    answered: answered.promise,
    ended: ended.promise,
    answer: () => {
      if (incoming === null || state !== 'ringing') throw new Error(`nothing to answer: ${state}`);
      accept(incoming);
      connect();
    },
    reject: (status) => {
      if (incoming === null || state !== 'ringing') throw new Error(`nothing to reject: ${state}`);
      respond(incoming, status, status === 486 ? 'Busy Here' : 'Rejected');
      end({ by: 'phone', status, cause: null, reason: '' });
    },
    cancel: () => {
      // `place` sends BYE when the answer comes all the same.
      givenUp = true;
      sent?.cancel();
    },
    hangUp: async () => {
      if (state === 'ended') return;
      const said = request('BYE');
      end({ by: 'phone', status: null, cause: null, reason: '' });
      await said;
    },
    hold: () => hold('sendonly'),
    resume: () => hold('sendrecv'),
    transfer: (number) => refer(`sip:${number}@${setup.exchange.host}:${setup.exchange.port}`),
    transferTo: (other) => {
      const number = other.from.number;
      return refer(
        `sip:${number}@${setup.exchange.host}:${setup.exchange.port}?Replaces=${encodeURIComponent(other.replaces)}`,
      );
    },
    sendDigits: media.stream.sendDigits,
    digits: media.stream.digits,
    hears: media.stream.hears,
    firstHeard: media.stream.firstHeard,
    receive,
    receiveStray: (response) => {
      if (lastAck !== null && cseqOf(lastAck).number === cseqOf(response).number)
        transactions.sendOnce(lastAck);
    },
    drop: async () => {
      end({ by: 'phone', status: null, cause: null, reason: 'phone closed' });
      await media.stream.close();
    },
  };
  if (outgoing !== null)
    place(outgoing).catch((error: unknown) => {
      end({ by: 'phone', status: null, cause: null, reason: String(error) });
    });
  else if (incoming !== null && rings) respond(incoming, 180, 'Ringing');
  return call;
}

export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, NOTIFY, INFO, REFER, MESSAGE';
