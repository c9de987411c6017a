import { beforeEach, expect, test } from 'vitest';
import { type CallScene, createCallScene } from '../testing/call-scene.ts';
import { rawHeader, rawRequest } from '../testing/raw-peer.ts';
import type { ProgramEvent } from '../testing/scripted-program.ts';
import { ALICE, NOTHING_LEFT } from '../testing/two-programs.ts';
import { clientGone } from './client-gone.ts';

let scene: CallScene;
beforeEach(() => {
  scene = createCallScene();
});

test('a NOTIFY that overtakes the answer to SUBSCRIBE waits for it (RFC 6665 4.1.2.4)', () => {
  const { world, raw, events, step, answer } = scene;
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
  const { world, raw, step, answer, establish } = scene;
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
  const { world, raw, step, invite, answer, establish } = scene;
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
  const { world, raw, step, answeredWithoutAck } = scene;
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
  const { world, raw, step, invite, answer } = scene;
  invite();
  const [sent] = raw.received;
  answer(sent, '180 Ringing', 'peer');
  world.alice.die();
  clientGone(world.alice.ua, world.alice.client);
  step();
  answer(sent, '200 OK', 'peer');
  expect(raw.startLines().map((line) => line.split(' ')[0])).toEqual(['INVITE', 'CANCEL', 'ACK', 'BYE']);
});
