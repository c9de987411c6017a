import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headerOf } from '../sip-agent/message/sip-message.ts';
import { type Challenge, challenge, isAuthentic } from './testing/challenge.ts';
import { LINE, PASSWORD, Scene } from './testing/scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.bound();
});
afterEach(() => scene.close());

const CHALLENGES: readonly Challenge[] = [
  { status: 401 },
  { status: 407 },
  { status: 401, algorithm: 'SHA-256' },
  { status: 407, algorithm: 'SHA-256' },
];

const cseqOf = (header: string | undefined) => Number(header?.split(' ')[0]);

describe.each(CHALLENGES)('challenged by $status $algorithm', (wanted) => {
  /** The last request of the method answers the challenge, and has the next number in its sequence. */
  async function answered(method: string, before: number): Promise<void> {
    const [first, second] = [
      await scene.exchange.request(method, before + 1),
      await scene.exchange.request(method, before + 2),
    ];
    expect(isAuthentic(second, wanted, LINE, PASSWORD)).toBe(true);
    expect(headerOf(second, 'Call-ID')).toBe(headerOf(first, 'Call-ID'));
    expect(cseqOf(headerOf(second, 'CSeq'))).toBeGreaterThan(cseqOf(headerOf(first, 'CSeq')));
  }

  it('a REGISTER', async () => {
    const other = await Scene.open((exchange) => exchange.next('REGISTER', challenge(wanted)));
    try {
      await other.event('line', { state: 'registered' });
      const second = await other.exchange.request('REGISTER', 2);
      expect(isAuthentic(second, wanted, LINE, PASSWORD)).toBe(true);
    } finally {
      await other.close();
    }
  });

  it('an INVITE', async () => {
    const before = scene.exchange.received('INVITE').length;
    scene.exchange.next('INVITE', challenge(wanted));
    const { id, dialog } = await scene.called('8004');
    await answered('INVITE', before);
    expect(dialog.end).toBe(null);
    expect(scene.told(id)).toEqual(['initiated', 'alerting', 'established']);
  });

  it('a re-INVITE', async () => {
    const { id, dialog } = await scene.talking();
    const own = () => dialog.received('INVITE').length;
    const before = own();
    scene.exchange.next('INVITE', challenge(wanted), (one) => one.dialog === dialog);
    expect(await scene.execute({ type: 'hold', call: id, by: 'hand' })).toEqual({ outcome: 'done' });
    expect(own()).toBe(before + 2);
    const last = dialog.received('INVITE').at(-1);
    expect(last && isAuthentic(last, wanted, LINE, PASSWORD)).toBe(true);
    expect(scene.onMusic(dialog)).toBe(true);
  });

  it('an INFO', async () => {
    const { id } = await scene.talking();
    scene.exchange.next('INFO', challenge(wanted));
    expect(await scene.execute({ type: 'flash', call: id })).toEqual({ outcome: 'done' });
    await answered('INFO', 0);
  });

  it('a REFER', async () => {
    const { id, dialog } = await scene.talking();
    scene.exchange.next('REFER', challenge(wanted));
    const outcome = scene.execute({ type: 'transfer', call: id, number: '8004' });
    await answered('REFER', 0);
    await dialog.notifyRefer('200 OK', true);
    expect(await outcome).toEqual({ outcome: 'done' });
  });

  it('a BYE', async () => {
    const { id, dialog } = await scene.talking();
    scene.exchange.next('BYE', challenge(wanted));
    expect(await scene.execute({ type: 'clear', call: id })).toEqual({ outcome: 'done' });
    await answered('BYE', 0);
    expect(dialog.end).toBe('BYE');
  });
});

describe('a second challenge', () => {
  it('is answered where the nonce was only too old (RFC 3261 22.1, stale)', async () => {
    const { id } = await scene.talking();
    const later: Challenge = { status: 401, nonce: 'nonce-2', stale: true };
    scene.exchange.next('INFO', challenge({ status: 401 }));
    scene.exchange.next('INFO', challenge(later));
    expect(await scene.execute({ type: 'flash', call: id })).toEqual({ outcome: 'done' });
    const last = await scene.exchange.request('INFO', 3);
    expect(isAuthentic(last, later, LINE, PASSWORD)).toBe(true);
  });

  it('is a refusal where it is not stale', async () => {
    const { id } = await scene.talking();
    for (const nonce of ['nonce-1', 'nonce-2'])
      scene.exchange.next('INFO', challenge({ status: 401, nonce }));
    const outcome = await scene.execute({ type: 'flash', call: id });
    expect(outcome).toMatchObject({ outcome: 'refused', reason: { key: 'wrong-secret' } });
    expect(scene.exchange.received('INFO')).toHaveLength(2);
  });

  it('and a third are a refusal, stale or not', async () => {
    const { id } = await scene.talking();
    for (const nonce of ['nonce-1', 'nonce-2', 'nonce-3'])
      scene.exchange.next('INFO', challenge({ status: 407, nonce, stale: true }));
    const outcome = await scene.execute({ type: 'flash', call: id });
    expect(outcome).toMatchObject({ outcome: 'refused', reason: { key: 'wrong-secret' } });
    expect(scene.exchange.received('INFO')).toHaveLength(3);
  });

  it('to an INVITE is a refusal, and the attempt has failed', async () => {
    const number = '8004';
    for (let i = 0; i < 2; i += 1)
      scene.exchange.next('INVITE', challenge({ status: 407 }), ({ request }) =>
        request.uri.includes(number),
      );
    const outcome = await scene.execute({ type: 'make-call', call: 'own', number, hold: null });
    expect(outcome).toMatchObject({ outcome: 'refused', reason: { key: 'wrong-secret' } });
    expect(scene.told('own')).toEqual(['initiated', 'failed']);
  });
});
