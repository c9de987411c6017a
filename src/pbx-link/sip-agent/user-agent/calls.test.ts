import { beforeEach, expect, test } from 'vitest';
import { headerOf } from '../message/sip-message.ts';
import { FAIR_WEATHER } from '../testing/lossy-network.ts';
import { createRawPeer, type RawPeer, rawHeader, rawRequest } from '../testing/raw-peer.ts';
import { type ProgramEvent, transactionOf } from '../testing/scripted-program.ts';
import { ALICE, createTwoPrograms, NOTHING_LEFT, type TwoPrograms } from '../testing/two-programs.ts';
import { clientGone } from './client-gone.ts';

let world: TwoPrograms;
let raw: RawPeer;
let events: ProgramEvent[];

beforeEach(() => {
  world = createTwoPrograms(1, FAIR_WEATHER);
  raw = createRawPeer(world.network, '10.0.0.9');
  events = [];
  world.alice.on = (event) => events.push(event);
});

const step = (ms = 10) => world.clock.advance(ms);
const invite = (headers = '') => {
  const fields = world.alice.send('', '', `INVITE sip:raw@${raw.address} SIP/2.0\r\n${headers}\r\nv=0\r\n`);
  step();
  return transactionOf(fields);
};

/** Answers a request that the raw peer has received. */
function answer(request: string | undefined, status: string, tag: string, headers: string[] = []): void {
  const copy = ['Via', 'From', 'Call-ID', 'CSeq'].map((name) => `${name}: ${rawHeader(request, name)}`);
  const to = rawHeader(request, 'To');
  const tagged = to.includes(';tag=') || tag === '' ? to : `${to};tag=${tag}`;
  const contact = `Contact: <sip:raw@${raw.address}:5060>`;
  raw.send(ALICE, [`SIP/2.0 ${status}`, ...copy, `To: ${tagged}`, contact, ...headers, '', ''].join('\r\n'));
  step();
}

/** Alice calls, the raw peer answers, she acknowledges; gives the dialog's id. */
function establish(tag = 'peer', headers: string[] = []): string {
  invite();
  answer(raw.received[0], '200 OK', tag, headers);
  const id = events.at(-1)?.dialogId ?? '';
  world.alice.send('', id, 'ACK sip:raw SIP/2.0\r\n\r\n');
  step();
  raw.received.splice(0);
  return id;
}

test('what the program leaves out is filled in', () => {
  invite('From: <sip:8000@localhost>\r\nContact: <sip:8000@localhost>\r\n');
  const [sent] = raw.received;
  expect(rawHeader(sent, 'From')).toMatch(/^<sip:8000@10\.0\.0\.1:5060>;tag=[0-9a-f]{16}$/);
  expect(rawHeader(sent, 'Contact')).toBe('<sip:8000@10.0.0.1:5060>');
  expect(rawHeader(sent, 'Via')).toMatch(/^SIP\/2\.0\/UDP 10\.0\.0\.1:5060;branch=z9hG4bK\w+;rport$/);
  expect(rawHeader(sent, 'Max-Forwards')).toBe('70');
  expect(rawHeader(sent, 'Content-Type')).toBe('application/sdp');
  expect(rawHeader(sent, 'Content-Length')).toBe('5');
});

test('a digest retry keeps its Call-ID, From tag and CSeq', () => {
  world.alice.send(
    '',
    '',
    `REGISTER sip:${raw.address} SIP/2.0\r\nCall-ID: one\r\nFrom: <sip:8000@x>;tag=t\r\nCSeq: 8 REGISTER\r\n\r\n`,
  );
  step();
  expect(rawHeader(raw.received[0], 'Call-ID')).toBe('one');
  expect(rawHeader(raw.received[0], 'From')).toBe('<sip:8000@x>;tag=t');
  expect(rawHeader(raw.received[0], 'CSeq')).toBe('8 REGISTER');
});

test('a CANCEL waits for the first provisional (9.1)', () => {
  const transaction = invite();
  expect(
    world.alice.send(transaction, '', 'CANCEL sip:raw SIP/2.0\r\nReason: SIP;cause=200\r\n\r\n')[0],
  ).toBe('OK');
  step();
  expect(raw.startLines().map((line) => line.split(' ')[0])).toEqual(['INVITE']);
  answer(raw.received[0], '100 Trying', '');
  const cancel = raw.received[1];
  expect(raw.startLines()[1]).toBe('CANCEL sip:raw@10.0.0.9 SIP/2.0');
  for (const name of ['Via', 'From', 'To', 'Call-ID']) {
    expect(rawHeader(cancel, name).replace(';rport', '')).toBe(
      rawHeader(raw.received[0], name).replace(';rport', ''),
    );
  }
  expect(rawHeader(cancel, 'Reason')).toBe('SIP;cause=200');
  answer(cancel, '200 OK', 'peer');
  answer(raw.received[0], '487 Request Terminated', 'peer');
  // 100 and the answer to CANCEL are no news.
  expect(world.alice.heard).toEqual(['487 INVITE']);
  expect(rawHeader(raw.received[2], 'CSeq')).toMatch(/ACK$/);
  expect(world.alice.send(transaction, '', 'CANCEL sip:raw SIP/2.0\r\n\r\n')[0]).toBe('NOK');
  step(100_000);
  expect(world.leftovers()).toEqual(NOTHING_LEFT);
});

test('a silent peer is a 408, and a cancelled INVITE without an answer a 487', () => {
  invite();
  step(33_000);
  expect(world.alice.heard).toEqual(['408 INVITE']);
  expect(events[0]).toMatchObject({ bytes: 0, peer: { address: '', port: 0 } });

  const transaction = invite();
  answer(raw.received.at(-1), '180 Ringing', 'peer');
  world.alice.send(transaction, '', 'CANCEL sip:raw SIP/2.0\r\n\r\n');
  step(33_000);
  expect(world.alice.heard).toEqual(['408 INVITE', '180 INVITE', '487 INVITE']);
  step(100_000);
  expect(world.leftovers()).toEqual(NOTHING_LEFT);
});

test('the ACK is kept for each 200 that comes again, with the credentials of the INVITE', () => {
  invite('Authorization: Digest x="y"\r\n');
  const [sent] = raw.received;
  answer(sent, '200 OK', 'peer');
  answer(sent, '200 OK', 'peer');
  // Before the program has acknowledged there is nothing to send.
  expect(raw.received).toHaveLength(1);
  world.alice.send('', events[0]?.dialogId ?? '', 'ACK sip:elsewhere SIP/2.0\r\n\r\n');
  step();
  answer(sent, '200 OK', 'peer');
  const acks = raw.received.slice(1);
  expect(acks).toHaveLength(2);
  expect(acks[0]).toBe(acks[1]);
  expect(acks[0]?.split('\r\n')[0]).toBe('ACK sip:raw@10.0.0.9:5060 SIP/2.0');
  expect(rawHeader(acks[0], 'Authorization')).toBe('Digest x="y"');
  expect(rawHeader(acks[0], 'CSeq')).toBe(rawHeader(sent, 'CSeq').replace('INVITE', 'ACK'));
  expect(world.alice.heard).toEqual(['200 INVITE']);
});

test('an ACK without a 2xx is refused', () => {
  const id = establish();
  world.alice.send('', id, 'INVITE sip:placeholder SIP/2.0\r\n\r\nv=0\r\n');
  step();
  answer(raw.received[0], '488 Not Acceptable Here', '');
  // drachtio-srf asks for one after each final response; the transaction has sent what is due.
  expect(world.alice.send('', id, 'ACK sip:x SIP/2.0\r\n\r\n')[1]).toMatch(/automatically generated/);
  step();
  expect(raw.received).toHaveLength(2);
  expect(rawHeader(raw.received[1], 'CSeq')).toBe(
    rawHeader(raw.received[0], 'CSeq').replace('INVITE', 'ACK'),
  );
  expect(world.alice.send('', 'none', 'ACK sip:x SIP/2.0\r\n\r\n')[1]).toMatch(/unable to find dialog/);
});

test('the second branch of a fork is acknowledged and ended', () => {
  invite();
  const [sent] = raw.received;
  answer(sent, '180 Ringing', 'one');
  answer(sent, '180 Ringing', 'two');
  answer(sent, '200 OK', 'two');
  answer(sent, '200 OK', 'one');
  expect(world.alice.heard).toEqual(['180 INVITE', '180 INVITE', '200 INVITE']);
  const [ack, bye] = raw.received.slice(1);
  expect(ack?.split(' ')[0]).toBe('ACK');
  expect(bye?.split(' ')[0]).toBe('BYE');
  expect(rawHeader(ack, 'To')).toMatch(/tag=one$/);
  expect(rawHeader(bye, 'To')).toMatch(/tag=one$/);
  answer(bye, '200 OK', '');
  expect(world.alice.ua.dialogs.size()).toBe(1);
});

test('loose routes are followed, in the order for a caller', () => {
  const routes = ['Record-Route: <sip:10.0.0.8;lr>, <sip:10.0.0.9;lr>'];
  const id = establish('peer', routes);
  world.alice.send('', id, 'BYE sip:placeholder SIP/2.0\r\n\r\n');
  step();
  expect(raw.startLines()).toEqual(['BYE sip:raw@10.0.0.9:5060 SIP/2.0']);
  expect(raw.received[0]?.match(/^Route: .*$/gm)).toEqual(
    ['Route: <sip:10.0.0.9;lr>\r', 'Route: <sip:10.0.0.8;lr>\r'].map((line) => line.trimEnd()),
  );
});

test('a 2xx to a re-INVITE moves the remote target', () => {
  const id = establish();
  world.alice.send('', id, 'INVITE sip:placeholder SIP/2.0\r\n\r\nv=0\r\n');
  step();
  const copy = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map(
    (name) => `${name}: ${rawHeader(raw.received[0], name)}`,
  );
  raw.send(ALICE, ['SIP/2.0 200 OK', ...copy, 'Contact: <sip:moved@10.0.0.9>', '', ''].join('\r\n'));
  step();
  world.alice.send('', id, 'ACK sip:x SIP/2.0\r\n\r\n');
  step();
  expect(raw.startLines()[1]).toBe('ACK sip:moved@10.0.0.9 SIP/2.0');
});

test('a challenged BYE can be sent again with credentials', () => {
  const id = establish();
  world.alice.send('', id, 'BYE sip:placeholder SIP/2.0\r\n\r\n');
  step();
  answer(raw.received[0], '401 Unauthorized', '');
  const number = Number(rawHeader(raw.received[0], 'CSeq').split(' ')[0]) + 1;
  const retry = `BYE sip:placeholder SIP/2.0\r\nAuthorization: Digest x="y"\r\nCSeq: ${number} BYE\r\n\r\n`;
  expect(world.alice.send('', id, retry)[0]).toBe('OK');
  step();
  expect(rawHeader(raw.received[1], 'CSeq')).toBe(`${number} BYE`);
  answer(raw.received[1], '200 OK', '');
  expect(world.alice.heard.slice(-2)).toEqual(['401 BYE', '200 BYE']);
  expect(world.alice.ua.dialogs.size()).toBe(0);
  expect(world.alice.send('', id, retry)[1]).toMatch(/unable to find dialog/);
});

/** The raw peer calls Alice, who answers at once and hears no ACK. */
function answeredWithoutAck(): string {
  world.alice.on = (event) => {
    events.push(event);
    if (event.sip.kind === 'request' && event.sip.method === 'INVITE') world.alice.answer(event, '200 OK');
  };
  raw.send(ALICE, rawRequest(raw, ALICE, { method: 'INVITE' }));
  step();
  return 'raw-call;from-tag=raw';
}

test('a 200 is repeated for 32 s; without an ACK the call is ended and the program told (13.3.1.4)', () => {
  answeredWithoutAck();
  step(32_100);
  const lines = raw.startLines();
  expect(lines.filter((line) => line === 'SIP/2.0 200 OK').length).toBe(11);
  expect(lines.at(-1)).toBe('BYE sip:raw@10.0.0.9:5060 SIP/2.0');
  const bye = events.at(-1);
  expect(bye).toMatchObject({
    source: 'application',
    transactionId: 'unsolicited',
    dialogId: 'raw-call;from-tag=raw',
  });
  expect(bye && headerOf(bye.sip, 'reason')).toBe('SIP;cause=200;text="ACK timeout"');
  step(200_000);
  expect(world.leftovers()).toEqual(NOTHING_LEFT);
});

test('the callee keeps its BYE until the ACK (15)', () => {
  const id = answeredWithoutAck();
  expect(world.alice.send('', id, 'BYE sip:placeholder SIP/2.0\r\n\r\n')[0]).toBe('OK');
  step(1_000);
  expect(raw.startLines().some((line) => line.startsWith('BYE'))).toBe(false);
  const tag = /;tag=(\w+)/.exec(rawHeader(raw.received.at(-1), 'To'))?.[1] ?? '';
  raw.send(ALICE, rawRequest(raw, ALICE, { method: 'ACK', toTag: tag, branch: 'z9hG4bKa' }));
  step();
  expect(raw.startLines().at(-1)).toMatch(/^BYE /);
});

test('a NOTIFY that overtakes the answer to SUBSCRIBE waits for it (RFC 6665 4.1.2.4)', () => {
  world.alice.send(
    '',
    '',
    `SUBSCRIBE sip:8001@${raw.address} SIP/2.0\r\nEvent: dialog\r\nExpires: 60\r\n\r\n`,
  );
  step();
  const [subscribe] = raw.received;
  const localTag = /;tag=(\w+)/.exec(rawHeader(subscribe, 'From'))?.[1] ?? '';
  raw.send(
    ALICE,
    rawRequest(raw, ALICE, {
      method: 'NOTIFY',
      callId: rawHeader(subscribe, 'Call-ID'),
      toTag: localTag,
      fromTag: 'notifier',
      headers: 'Event: dialog\r\nSubscription-State: active;expires=60',
    }),
  );
  step();
  expect(world.alice.heard).toEqual([]);
  answer(subscribe, '200 OK', 'notifier', ['Expires: 60']);
  expect(world.alice.heard).toEqual(['200 SUBSCRIBE']);
  step(100);
  expect(world.alice.heard).toEqual(['200 SUBSCRIBE', 'NOTIFY']);
  expect(events[1]?.dialogId).toBe(events[0]?.dialogId);
  world.alice.answer(events[1] as ProgramEvent, '200 OK');
  // Nobody refreshes it: it is forgotten, some time after its minute.
  step(60_000);
  expect(world.alice.ua.dialogs.size()).toBe(1);
  step(60_000);
  expect(world.leftovers()).toEqual(NOTHING_LEFT);
});

test('a transfer is reported after the BYE, in the same dialog (RFC 5057 4.1)', () => {
  const id = establish();
  world.alice.send('', id, 'REFER sip:placeholder SIP/2.0\r\nRefer-To: <sip:c@x>\r\n\r\n');
  step();
  answer(raw.received[0], '202 Accepted', '');
  world.alice.send('', id, 'BYE sip:placeholder SIP/2.0\r\n\r\n');
  step();
  answer(raw.received[1], '200 OK', '');
  expect(world.alice.ua.dialogs.size()).toBe(1);
  const [callId = '', localTag = ''] = id.split(';from-tag=');
  const notify = (cseq: number, state: string) =>
    raw.send(
      ALICE,
      rawRequest(raw, ALICE, {
        method: 'NOTIFY',
        callId,
        toTag: localTag,
        fromTag: 'peer',
        cseq,
        branch: `z9hG4bKn${cseq}`,
        headers: `Event: refer\r\nSubscription-State: ${state}`,
      }),
    );
  world.alice.on = (event) => world.alice.answer(event, '200 OK');
  notify(1, 'active');
  step();
  notify(2, 'terminated;reason=noresource');
  step();
  expect(world.alice.heard.slice(-2)).toEqual(['NOTIFY', 'NOTIFY']);
  expect(world.alice.ua.dialogs.size()).toBe(0);
  notify(3, 'active');
  step();
  expect(raw.startLines().at(-1)).toBe('SIP/2.0 481 Call/Transaction Does Not Exist');
});

test('a program that goes away: calls get 481, what rings is cancelled or answered 503', () => {
  const id = establish();
  invite();
  answer(raw.received[0], '180 Ringing', 'other');
  raw.send(ALICE, rawRequest(raw, ALICE, { method: 'INVITE', callId: 'in' }));
  step();
  raw.received.splice(0, raw.received.length - 1);
  world.alice.die();
  clientGone(world.alice.ua, world.alice.client);
  step();
  const lines = raw.startLines();
  expect(lines.some((line) => line.startsWith('CANCEL'))).toBe(true);
  expect(lines).toContain('SIP/2.0 503 Service Unavailable');
  const [callId = '', localTag = ''] = id.split(';from-tag=');
  raw.send(
    ALICE,
    rawRequest(raw, ALICE, {
      method: 'INFO',
      callId,
      toTag: localTag,
      fromTag: 'peer',
      cseq: 9,
      branch: 'z9hG4bKi',
    }),
  );
  step();
  expect(raw.startLines().at(-1)).toBe('SIP/2.0 481 Call/Transaction Does Not Exist');
});

test('a 200 without ACK is repeated for a program that has gone, then the call is forgotten', () => {
  answeredWithoutAck();
  const tag = /;tag=(\w+)/.exec(rawHeader(raw.received.at(-1), 'To'))?.[1] ?? '';
  world.alice.die();
  clientGone(world.alice.ua, world.alice.client);
  step(600);
  expect(raw.startLines().filter((line) => line === 'SIP/2.0 200 OK')).toHaveLength(2);
  raw.send(ALICE, rawRequest(raw, ALICE, { method: 'ACK', toTag: tag, branch: 'z9hG4bKa' }));
  step(100_000);
  expect(raw.startLines().filter((line) => line === 'SIP/2.0 200 OK')).toHaveLength(2);
  expect(world.leftovers()).toEqual(NOTHING_LEFT);
});

test('a call that is answered after the program has gone is acknowledged and ended', () => {
  invite();
  const [sent] = raw.received;
  answer(sent, '180 Ringing', 'peer');
  world.alice.die();
  clientGone(world.alice.ua, world.alice.client);
  step();
  answer(sent, '200 OK', 'peer');
  expect(raw.startLines().map((line) => line.split(' ')[0])).toEqual(['INVITE', 'CANCEL', 'ACK', 'BYE']);
});

test('a request to the agent itself is refused', () => {
  expect(world.alice.send('', '', `OPTIONS sip:${ALICE} SIP/2.0\r\n\r\n`)).toEqual([
    'NOK',
    'can not send request to myself',
  ]);
  expect(world.alice.send('', '', 'OPTIONS sips:bob@10.0.0.9 SIP/2.0\r\n\r\n')[0]).toBe('NOK');
  expect(world.alice.send('', '', 'OPTIONS tel:+4930 SIP/2.0\r\n\r\n')[0]).toBe('NOK');
});
