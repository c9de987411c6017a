import { beforeEach, expect, test } from 'vitest';
import { headerOf } from '../message/sip-message.ts';
import { type CallScene, createCallScene } from '../testing/call-scene.ts';
import { rawHeader, rawRequest } from '../testing/raw-peer.ts';
import { ALICE, NOTHING_LEFT } from '../testing/two-programs.ts';

let scene: CallScene;
beforeEach(() => {
  scene = createCallScene();
});

test('what the program leaves out is filled in', () => {
  const { raw, invite } = scene;
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
  const { world, raw, step } = scene;
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
  const { world, raw, step, invite, answer } = scene;
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
  const { world, raw, events, step, invite, answer } = scene;
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
  const { world, raw, events, step, invite, answer } = scene;
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
  const { world, raw, step, answer, establish } = scene;
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
  const { world, raw, invite, answer } = scene;
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
  const { world, raw, step, establish } = scene;
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
  const { world, raw, step, establish } = scene;
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
  const { world, raw, step, answer, establish } = scene;
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

test('a 200 is repeated for 32 s; without an ACK the call is ended and the program told (13.3.1.4)', () => {
  const { world, raw, events, step, answeredWithoutAck } = scene;
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
  const { world, raw, step, answeredWithoutAck } = scene;
  const id = answeredWithoutAck();
  expect(world.alice.send('', id, 'BYE sip:placeholder SIP/2.0\r\n\r\n')[0]).toBe('OK');
  step(1_000);
  expect(raw.startLines().some((line) => line.startsWith('BYE'))).toBe(false);
  const tag = /;tag=(\w+)/.exec(rawHeader(raw.received.at(-1), 'To'))?.[1] ?? '';
  raw.send(ALICE, rawRequest(raw, ALICE, { method: 'ACK', toTag: tag, branch: 'z9hG4bKa' }));
  step();
  expect(raw.startLines().at(-1)).toMatch(/^BYE /);
});

test('a request to the agent itself is refused', () => {
  const { world } = scene;
  expect(world.alice.send('', '', `OPTIONS sip:${ALICE} SIP/2.0\r\n\r\n`)).toEqual([
    'NOK',
    'can not send request to myself',
  ]);
  expect(world.alice.send('', '', 'OPTIONS sips:bob@10.0.0.9 SIP/2.0\r\n\r\n')[0]).toBe('NOK');
  expect(world.alice.send('', '', 'OPTIONS tel:+4930 SIP/2.0\r\n\r\n')[0]).toBe('NOK');
});
