import { expect, test } from 'vitest';
import type { SipMessage, SipRequest } from '../message/sip-message.ts';
import {
  acceptsSequence,
  type Dialog,
  dialogAsUac,
  dialogAsUas,
  withoutUsage,
  withTag,
  withUsage,
} from './dialog.ts';
import { requestRoute } from './request-route.ts';
import { isTerminating, subscriptionUsage } from './subscription.ts';

const headers = (entries: readonly (readonly [string, string])[]) =>
  entries.map(([name, value]) => ({ name, value }));
const body = Buffer.alloc(0);
const invite: SipRequest = {
  kind: 'request',
  method: 'INVITE',
  uri: 'sip:bob@x',
  headers: headers([
    ['From', '"Alice" <sip:alice@a>;tag=1'],
    ['To', 'sip:bob@x'],
    ['Call-ID', 'c'],
    ['Contact', '<sip:alice@10.0.0.1>'],
    ['Record-Route', '<sip:p1;lr>, <sip:p2;lr>'],
    ['Record-Route', '<sip:p3;lr>'],
  ]),
  body,
};
const ok: SipMessage = {
  kind: 'response',
  status: 200,
  reason: 'OK',
  headers: headers([
    ['To', '<sip:bob@x>;tag=2'],
    ['Contact', '<sip:bob@10.0.0.2>'],
    ['Record-Route', '<sip:p1;lr>, <sip:p2;lr>'],
    ['Record-Route', '<sip:p3;lr>'],
  ]),
  body,
};
const cseq = { number: 7, method: 'INVITE' };

test('the caller and the callee hold the same dialog from their sides (12.1)', () => {
  const uac = dialogAsUac(invite, ok, cseq, 'invite', true);
  const uas = dialogAsUas(invite, cseq, '2', 'invite', true);
  expect(uac).toEqual({
    id: 'c;from-tag=1',
    role: 'uac',
    state: 'confirmed',
    callId: 'c',
    localTag: '1',
    remoteTag: '2',
    local: '"Alice" <sip:alice@a>;tag=1',
    remote: '<sip:bob@x>;tag=2',
    localSequence: 7,
    remoteSequence: null,
    remoteTarget: 'sip:bob@10.0.0.2',
    routeSet: ['<sip:p3;lr>', '<sip:p2;lr>', '<sip:p1;lr>'],
    secure: false,
    usages: ['invite'],
  });
  expect(uas).toMatchObject({
    id: 'c;from-tag=1',
    localTag: '2',
    remoteTag: '1',
    local: '<sip:bob@x>;tag=2',
    remoteSequence: 7,
    remoteTarget: 'sip:alice@10.0.0.1',
    routeSet: ['<sip:p1;lr>', '<sip:p2;lr>', '<sip:p3;lr>'],
  });
});

test('a dialog is plain data', () => {
  const dialog = dialogAsUac(invite, ok, cseq, 'invite', true);
  expect(JSON.parse(JSON.stringify(dialog))).toEqual(dialog);
});

test('without a tag there is no dialog', () => {
  const untagged = { ...ok, headers: headers([['To', '<sip:bob@x>']]) };
  expect(dialogAsUac(invite, untagged, cseq, 'invite', false)).toBeNull();
});

test('sequence numbers may jump and not go back (12.2.2)', () => {
  const dialog = { ...dialogAsUas(invite, cseq, '2', 'invite', true) } as Dialog;
  expect([6, 7, 8, 900].map((number) => acceptsSequence(dialog, number))).toEqual([false, true, true, true]);
});

test('usages come and go', () => {
  const dialog = dialogAsUac(invite, ok, cseq, 'invite', true) as Dialog;
  const both = withUsage(withUsage(dialog, 'subscription:refer'), 'subscription:refer');
  expect(both.usages).toEqual(['invite', 'subscription:refer']);
  expect(withoutUsage(both, 'invite').usages).toEqual(['subscription:refer']);
});

test('a tag is added to an address once', () => {
  expect(withTag('sip:bob@x', 't')).toBe('<sip:bob@x>;tag=t');
  expect(withTag('"B" <sip:bob@x>', 't')).toBe('"B" <sip:bob@x>;tag=t');
  expect(withTag('<sip:bob@x>;tag=old', 't')).toBe('<sip:bob@x>;tag=old');
});

test.each([
  [[], 'sip:t', [], 'sip:t'],
  [['<sip:p1;lr>', '<sip:p2;lr>'], 'sip:t', ['<sip:p1;lr>', '<sip:p2;lr>'], 'sip:p1;lr'],
  [
    ['<sip:old;method=INVITE?x=y>', '<sip:p2;lr>'],
    'sip:old',
    ['<sip:p2;lr>', '<sip:t>'],
    'sip:old;method=INVITE?x=y',
  ],
] as const)('route set %j: loose and strict routers (12.2.1.1)', (routeSet, requestUri, routes, nextHop) => {
  expect(requestRoute({ routeSet, remoteTarget: 'sip:t' })).toEqual({ requestUri, routes, nextHop });
});

test('a subscription is named by its event and id', () => {
  const notify = (event: string, state = 'active'): SipMessage => ({
    ...invite,
    headers: headers([
      ['Event', event],
      ['Subscription-State', state],
    ]),
  });
  expect(subscriptionUsage(notify('Dialog'), 'NOTIFY')).toBe('subscription:dialog');
  expect(subscriptionUsage(notify('dialog; id=7'), 'SUBSCRIBE')).toBe('subscription:dialog;id=7');
  expect(subscriptionUsage(notify('refer;id=93809824'), 'NOTIFY')).toBe('subscription:refer');
  expect(subscriptionUsage(invite, 'REFER')).toBe('subscription:refer');
  expect(isTerminating(notify('x', 'terminated;reason=timeout'))).toBe(true);
  expect(isTerminating(notify('x', 'active;expires=60'))).toBe(false);
});
