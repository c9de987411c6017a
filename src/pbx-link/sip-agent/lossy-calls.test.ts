import { expect, test } from 'vitest';
import type { Weather } from './testing/lossy-network.ts';
import { type ScriptedProgram, transactionOf } from './testing/scripted-program.ts';
import { BOB, createTwoPrograms, NOTHING_LEFT, type TwoPrograms } from './testing/two-programs.ts';

/** One datagram in four is lost, one in ten comes twice, and they overtake each other. */
const STORM: Weather = { loss: 0.25, doubling: 0.1, shortestMs: 1, longestMs: 250 };
const SEEDS = Array.from({ length: 150 }, (_, i) => i + 1);
/** Longer than any timer that a call leaves behind. */
const LONG_AFTER_MS = 400_000;
const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n';
const INVITE = `INVITE sip:bob@${BOB} SIP/2.0\r\nContent-Type: application/sdp\r\n\r\n${SDP}`;

/** Acknowledges every 2xx to INVITE and answers what comes in a dialog, as drachtio-srf does. */
function behave(program: ScriptedProgram, then: (what: string, dialogId: string) => void): void {
  program.on = (event) => {
    const { sip } = event;
    if (sip.kind === 'response') {
      const what = program.heard.at(-1) ?? '';
      if (what === '200 INVITE') program.send('', event.dialogId, 'ACK sip:x SIP/2.0\r\n\r\n');
      then(what, event.dialogId);
      return;
    }
    if (sip.method === 'ACK') return then('ACK', event.dialogId);
    if (sip.method === 'CANCEL') return then('CANCEL', event.dialogId);
    if (event.dialogId !== '') {
      program.answer(event, '200 OK', '', sip.method === 'INVITE' ? SDP : '');
      then(sip.method, event.dialogId);
    }
  };
}

/** Bob rings, answers after `afterMs`, and then does as `behave` says. */
function answerAfter({ bob, clock }: TwoPrograms, status: string, afterMs: number): void {
  const usual = bob.on;
  bob.on = (event) => {
    if (event.sip.kind === 'request' && event.sip.method === 'INVITE' && event.dialogId === '') {
      bob.answer(event, '180 Ringing');
      clock.setTimer(afterMs, () => bob.answer(event, status, '', status.startsWith('2') ? SDP : ''));
      return;
    }
    usual(event);
  };
}

const bye = (program: ScriptedProgram, dialogId: string) =>
  program.send('', dialogId, 'BYE sip:placeholder SIP/2.0\r\n\r\n');

test.each([
  ['caller', 'alice'],
  ['callee', 'bob'],
] as const)('every call is set up and ended by the %s, whatever is lost', (_, ender) => {
  for (const seed of SEEDS) {
    const world = createTwoPrograms(seed, STORM);
    const { alice, bob, clock } = world;
    let callOfAlice = '';
    let callOfBob = '';
    behave(alice, (what, id) => {
      if (what === '200 INVITE') callOfAlice = id;
    });
    behave(bob, (what, id) => {
      if (what === 'ACK') callOfBob = id;
    });
    answerAfter(world, '200 OK', 1_000);
    alice.send('', '', INVITE);
    clock.advance(60_000);
    expect([seed, callOfAlice !== '', callOfBob !== '']).toEqual([seed, true, true]);
    bye(world[ender], ender === 'alice' ? callOfAlice : callOfBob);
    clock.advance(LONG_AFTER_MS);
    expect([seed, world[ender].heard.at(-1)]).toEqual([seed, '200 BYE']);
    expect(world[ender === 'alice' ? 'bob' : 'alice'].heard).toContain('BYE');
    expect([seed, world.leftovers()]).toEqual([seed, NOTHING_LEFT]);
    // Each is told of each thing once.
    expect(alice.heard.filter((what) => what === '200 INVITE')).toHaveLength(1);
    expect(bob.heard.filter((what) => what === 'INVITE')).toHaveLength(1);
    expect(bob.heard.filter((what) => what === 'ACK')).toHaveLength(1);
  }
});

test('every refusal arrives once', () => {
  for (const seed of SEEDS) {
    const world = createTwoPrograms(seed, STORM);
    behave(world.alice, () => {});
    behave(world.bob, () => {});
    answerAfter(world, '486 Busy Here', 2_000);
    world.alice.send('', '', INVITE);
    world.clock.advance(LONG_AFTER_MS);
    expect(world.alice.heard.filter((what) => what === '486 INVITE')).toHaveLength(1);
    expect([seed, world.leftovers()]).toEqual([seed, NOTHING_LEFT]);
  }
});

test('a CANCEL that crosses the 200 leaves either a refusal or a call that is ended', () => {
  const outcomes = new Set<string>();
  for (const seed of SEEDS) {
    const world = createTwoPrograms(seed, STORM);
    const { alice, bob, clock, random } = world;
    behave(alice, (what, id) => {
      if (what === '200 INVITE') bye(alice, id);
    });
    behave(bob, () => {});
    answerAfter(world, '200 OK', 1_000);
    const invite = transactionOf(alice.send('', '', INVITE));
    clock.advance(700 + random() * 600);
    alice.send(invite, '', 'CANCEL sip:bob SIP/2.0\r\n\r\n');
    clock.advance(LONG_AFTER_MS);
    const finals = alice.heard.filter((what) => /^[2-6]\d\d INVITE$/.test(what));
    expect([seed, finals.length]).toEqual([seed, 1]);
    outcomes.add(finals[0] ?? '');
    if (finals[0] === '200 INVITE') expect(bob.heard).toContain('BYE');
    expect([seed, world.leftovers()]).toEqual([seed, NOTHING_LEFT]);
  }
  // The dice must have thrown both.
  expect([...outcomes].sort()).toEqual(['200 INVITE', '487 INVITE']);
});

test('a BYE that crosses a re-INVITE ends the call on both sides', () => {
  for (const seed of SEEDS) {
    const world = createTwoPrograms(seed, STORM);
    const { alice, bob, clock, random } = world;
    let callOfAlice = '';
    let callOfBob = '';
    behave(alice, (what, id) => {
      if (what === '200 INVITE') callOfAlice = id;
    });
    behave(bob, (what, id) => {
      if (what === 'ACK') callOfBob = id;
    });
    answerAfter(world, '200 OK', 100);
    alice.send('', '', INVITE);
    clock.advance(60_000);
    alice.send('', callOfAlice, `INVITE sip:placeholder SIP/2.0\r\n\r\n${SDP}`);
    clock.advance(random() * 300);
    bye(bob, callOfBob);
    clock.advance(LONG_AFTER_MS);
    expect([seed, bob.heard.filter((what) => what.endsWith(' BYE'))]).toEqual([seed, ['200 BYE']]);
    expect(alice.heard).toContain('BYE');
    expect([seed, world.leftovers()]).toEqual([seed, NOTHING_LEFT]);
  }
});

test('both hang up at once', () => {
  for (const seed of SEEDS) {
    const world = createTwoPrograms(seed, STORM);
    const { alice, bob, clock } = world;
    let callOfAlice = '';
    let callOfBob = '';
    behave(alice, (what, id) => {
      if (what === '200 INVITE') callOfAlice = id;
    });
    behave(bob, (what, id) => {
      if (what === 'ACK') callOfBob = id;
    });
    answerAfter(world, '200 OK', 100);
    alice.send('', '', INVITE);
    clock.advance(60_000);
    bye(alice, callOfAlice);
    bye(bob, callOfBob);
    clock.advance(LONG_AFTER_MS);
    for (const program of [alice, bob]) {
      const ends = program.heard.filter((what) => what.endsWith('BYE'));
      expect([seed, ends.length > 0]).toEqual([seed, true]);
    }
    expect([seed, world.leftovers()]).toEqual([seed, NOTHING_LEFT]);
  }
});

test('a subscription is set up, notified and ended', () => {
  for (const seed of SEEDS) {
    const world = createTwoPrograms(seed, STORM);
    const { alice, bob, clock } = world;
    behave(alice, () => {});
    const event = 'Event: dialog\r\n';
    const notify = (id: string, state: string) =>
      bob.send('', id, `NOTIFY sip:placeholder SIP/2.0\r\n${event}Subscription-State: ${state}\r\n\r\n`);
    let call = '';
    bob.on = (heard) => {
      if (heard.sip.kind !== 'request' || heard.sip.method !== 'SUBSCRIBE') return;
      call = bob.answer(heard, '202 Accepted', 'Expires: 600\r\n')[8] ?? '';
      notify(call, 'active;expires=600');
    };
    alice.send('', '', `SUBSCRIBE sip:8001@${BOB} SIP/2.0\r\n${event}Expires: 600\r\n\r\n`);
    clock.advance(60_000);
    expect([seed, alice.heard]).toEqual([seed, ['202 SUBSCRIBE', 'NOTIFY']]);
    notify(call, 'terminated;reason=noresource');
    clock.advance(LONG_AFTER_MS);
    expect(alice.heard.filter((what) => what === 'NOTIFY')).toHaveLength(2);
    expect([seed, world.leftovers()]).toEqual([seed, NOTHING_LEFT]);
  }
});
