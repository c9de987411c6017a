import { beforeEach, expect, test } from 'vitest';
import { FAIR_WEATHER } from '../testing/lossy-network.ts';
import { createRawPeer, type RawPeer, rawHeader, rawRequest, rawToTag } from '../testing/raw-peer.ts';
import type { ProgramEvent } from '../testing/scripted-program.ts';
import { BOB, createTwoPrograms, type TwoPrograms } from '../testing/two-programs.ts';

let world: TwoPrograms;
let raw: RawPeer;

beforeEach(() => {
  world = createTwoPrograms(1, FAIR_WEATHER);
  raw = createRawPeer(world.network, '10.0.0.9');
});

const send = (request: Parameters<typeof rawRequest>[2]) => {
  raw.send(BOB, rawRequest(raw, BOB, request));
  world.clock.advance(10);
};
const statuses = () => raw.startLines().map((line) => line.split(' ')[1]);

/** Bob answers the next INVITE and the call stands; gives his tag. */
function establish(): string {
  world.bob.on = (event) => {
    if (event.sip.kind === 'request' && event.sip.method === 'INVITE') world.bob.answer(event, '200 OK');
  };
  send({ method: 'INVITE' });
  const toTag = rawToTag(raw.received.at(-1));
  send({ method: 'ACK', toTag, branch: 'z9hG4bKack' });
  world.bob.on = () => {};
  raw.received.length = 0;
  return toTag;
}

test('an INVITE gets 100 at once and its copies are absorbed', () => {
  send({ method: 'INVITE' });
  send({ method: 'INVITE' });
  expect(statuses()).toEqual(['100', '100']);
  expect(world.bob.heard).toEqual(['INVITE']);
});

test('the same request by another path is merged (8.2.2.2)', () => {
  send({ method: 'INVITE' });
  send({ method: 'INVITE', branch: 'z9hG4bKother' });
  expect(statuses()).toEqual(['100', '482']);
  expect(world.bob.heard).toEqual(['INVITE']);
});

test('requests of RFC 2543 peers are matched without a magic cookie (17.2.3)', () => {
  world.bob.on = (event) => world.bob.answer(event, '486 Busy Here');
  const old = { via: `SIP/2.0/UDP ${raw.address}:5060` };
  send({ method: 'INVITE', ...old });
  send({ method: 'INVITE', ...old });
  send({ method: 'ACK', ...old, toTag: rawToTag(raw.received.at(-1)) });
  world.clock.advance(10_000);
  expect(statuses()).toEqual(['100', '486', '486']);
  expect(world.bob.heard).toEqual(['INVITE']);
});

test.each([
  ['BYE', { method: 'BYE' }, '481'],
  ['a request in an unknown dialog', { method: 'INFO', toTag: 'nobody' }, '481'],
  ['a re-INVITE in an unknown dialog', { method: 'INVITE', toTag: 'nobody' }, '481'],
  ['a CANCEL without INVITE', { method: 'CANCEL' }, '481'],
  ['a method that nobody serves', { method: 'PUBLISH' }, '405'],
  ['an unknown method', { method: 'DANCE' }, '501'],
  ['a NOTIFY without To tag when none is served', { method: 'NOTIFY' }, '481'],
  ['an extension that we lack', { method: 'INVITE', headers: 'Require: 100rel, replaces' }, '420'],
] as const)('%s is refused with %s', (_, request, status) => {
  world.bob.client.routes.delete('notify');
  send(request);
  send(request);
  // The same answer with the same tag each time, and nothing kept (8.2.7).
  expect(statuses()).toEqual([status, status]);
  expect(rawToTag(raw.received[0])).toBe(rawToTag(raw.received[1]));
  expect(world.bob.heard).toEqual([]);
  expect(world.leftovers()).toMatchObject({ bob: 0 });
  expect(world.bob.ua.tally.read().refused).toEqual({ [status]: 2 });
});

test('420 names what is lacking, 405 what is served', () => {
  send({ method: 'INVITE', headers: 'Require: 100rel, replaces' });
  expect(rawHeader(raw.received[0], 'Unsupported')).toBe('100rel');
  send({ method: 'PUBLISH' });
  expect(rawHeader(raw.received[1], 'Allow').split(', ')).toEqual(
    expect.arrayContaining(['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS']),
  );
});

test('without any client a request is answered 503', () => {
  world.bob.ua.clients.clear();
  send({ method: 'OPTIONS' });
  expect(statuses()).toEqual(['503']);
});

test('the ACK to a refusal without a transaction is no stray', () => {
  send({ method: 'INVITE', headers: 'Require: 100rel' });
  send({ method: 'ACK', toTag: rawToTag(raw.received[0]) });
  expect(world.bob.ua.tally.read().dropped).toEqual({});
  send({ method: 'ACK', toTag: 'else' });
  expect(world.bob.ua.tally.read().dropped).toEqual({ 'ACK without dialog': 1 });
});

test('a malformed request is answered where it can be, and counted', () => {
  raw.send(BOB, 'OPTIONS sip:bob@x SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKq\n\n');
  raw.send(BOB, 'complete nonsense\n\n');
  raw.send(BOB, '\n\n');
  world.clock.advance(10);
  expect(statuses()).toEqual(['400']);
  const counters = world.bob.ua.tally.read();
  expect(Object.values(counters.malformed).reduce((sum, n) => sum + n, 0)).toBe(2);
  expect(counters.received).toBe(2);
});

test('a request of another SIP version is answered 505', () => {
  raw.send(BOB, rawRequest(raw, BOB, { method: 'OPTIONS' }).replace('SIP/2.0', 'SIP/7.0'));
  world.clock.advance(10);
  expect(statuses()).toEqual(['505']);
});

test('CANCEL is answered 200 and the INVITE 487, with one tag', () => {
  let invite: ProgramEvent | null = null;
  world.bob.on = (event) => {
    if (event.sip.kind === 'request' && event.sip.method === 'INVITE') invite = event;
  };
  send({ method: 'INVITE' });
  send({ method: 'CANCEL' });
  expect(raw.received.map((text) => `${text.slice(8, 11)} ${rawHeader(text, 'CSeq')}`)).toEqual([
    '100 1 INVITE',
    '200 1 CANCEL',
    '487 1 INVITE',
  ]);
  expect(rawToTag(raw.received[1])).toBe(rawToTag(raw.received[2]));
  expect(world.bob.heard).toEqual(['INVITE', 'CANCEL']);
  expect(world.bob.answer(invite as unknown as ProgramEvent, '200 OK')).toEqual([
    'NOK',
    'Response not sent due to unknown transaction',
  ]);
});

test('a CANCEL after the final response changes nothing', () => {
  world.bob.on = (event) => world.bob.answer(event, '200 OK');
  send({ method: 'INVITE' });
  send({ method: 'CANCEL' });
  expect(statuses()).toEqual(['100', '200', '200']);
  expect(world.bob.heard).toEqual(['INVITE']);
});

test('a second INVITE while one is pending is answered 500 with Retry-After (14.2)', () => {
  const toTag = establish();
  send({ method: 'INVITE', toTag, cseq: 2, branch: 'z9hG4bK2' });
  send({ method: 'INVITE', toTag, cseq: 3, branch: 'z9hG4bK3' });
  expect(statuses()).toEqual(['100', '500']);
  expect(Number(rawHeader(raw.received[1], 'Retry-After'))).toBeLessThanOrEqual(10);
});

test('a re-INVITE that crosses ours is answered 491 (14.2)', () => {
  const toTag = establish();
  const id = 'raw-call;from-tag=raw';
  world.bob.send('', id, 'INVITE sip:placeholder SIP/2.0\r\n\r\nv=0\r\n');
  send({ method: 'INVITE', toTag, cseq: 2, branch: 'z9hG4bK2' });
  expect(raw.startLines()[0]).toBe('INVITE sip:raw@10.0.0.9:5060 SIP/2.0');
  expect(statuses()[1]).toBe('491');
  const second = world.bob.send('', id, 'INVITE sip:placeholder SIP/2.0\r\n\r\nv=0\r\n');
  expect(second[0]).toBe('NOK');
});

test('a re-INVITE before the ACK to the first 200 is answered 491', () => {
  world.bob.on = (event) => world.bob.answer(event, '200 OK');
  send({ method: 'INVITE' });
  send({ method: 'INVITE', toTag: rawToTag(raw.received.at(-1)), cseq: 2, branch: 'z9hG4bK2' });
  expect(statuses()).toEqual(['100', '200', '491']);
});

test('a CSeq that goes back is answered 500 (12.2.2)', () => {
  const toTag = establish();
  world.bob.on = (event) => world.bob.answer(event, '200 OK');
  send({ method: 'INFO', toTag, cseq: 5, branch: 'z9hG4bK5' });
  send({ method: 'INFO', toTag, cseq: 4, branch: 'z9hG4bK4' });
  expect(statuses()).toEqual(['200', '500']);
});

test('a BYE while a re-INVITE is pending answers both (15.1.2)', () => {
  const toTag = establish();
  send({ method: 'INVITE', toTag, cseq: 2, branch: 'z9hG4bK2' });
  world.bob.on = (event) => world.bob.answer(event, '200 OK');
  send({ method: 'BYE', toTag, cseq: 3, branch: 'z9hG4bK3' });
  expect(statuses()).toEqual(['100', '487', '200']);
  send({ method: 'INFO', toTag, cseq: 4, branch: 'z9hG4bK4' });
  expect(statuses().at(-1)).toBe('481');
});

test('a BYE in an early dialog ends the call as a CANCEL does', () => {
  world.bob.on = (event) => world.bob.answer(event, '180 Ringing');
  send({ method: 'INVITE' });
  world.bob.on = () => {};
  send({ method: 'BYE', toTag: rawToTag(raw.received.at(-1)), cseq: 2, branch: 'z9hG4bK2' });
  expect(statuses()).toEqual(['100', '180', '200', '487']);
  expect(world.bob.heard).toEqual(['INVITE', 'CANCEL']);
});

test('a 180 carries the tag and the Contact of the early dialog, the 200 the same', () => {
  world.bob.on = (event) => {
    world.bob.answer(event, '180 Ringing');
    world.bob.answer(event, '200 OK', 'Contact: <sip:desk@localhost>\r\n');
  };
  send({ method: 'INVITE', headers: 'Record-Route: <sip:10.0.0.5;lr>' });
  const [, ringing, ok] = raw.received;
  expect(rawToTag(ringing)).toBe(rawToTag(ok));
  expect(rawHeader(ringing, 'Contact')).toBe(`<sip:${BOB}:5060>`);
  expect(rawHeader(ok, 'Contact')).toBe(`<sip:desk@${BOB}:5060>`);
  expect(rawHeader(ok, 'Record-Route')).toBe('<sip:10.0.0.5;lr>');
});

test('the program may impose the To tag', () => {
  world.bob.on = (event) => world.bob.answer(event, '200 OK', 'To: <sip:bob@x>;tag=mine\r\n');
  send({ method: 'INVITE' });
  expect(rawToTag(raw.received.at(-1))).toBe('mine');
});

test('an INVITE that the program never answers is ended with 408', () => {
  send({ method: 'INVITE' });
  world.clock.advance(63_900);
  expect(statuses()).toEqual(['100']);
  world.clock.advance(200);
  expect(statuses()).toEqual(['100', '408']);
});

test('a reliable provisional and a body without a type are refused to the program', () => {
  const answers: (readonly string[])[] = [];
  world.bob.on = (event) => {
    answers.push(world.bob.answer(event, '183 Session Progress', 'Require: 100rel\r\n'));
    answers.push(world.bob.answer(event, '200 OK', '', 'hello'));
  };
  send({ method: 'INVITE' });
  expect(answers).toEqual([
    ['NOK', 'Remote endpoint does not support 100rel'],
    ['NOK', 'missing content-type'],
  ]);
});
