import { expect, test } from 'vitest';
import { withLegacyContact } from './legacy-contact.ts';
import { headerOf, type SipHeader, type SipMessage } from './sip-message.ts';

const ADDRESSES: readonly SipHeader[] = [
  { name: 'From', value: '"A" <sip:a@192.0.2.1>;tag=1' },
  { name: 'To', value: '<sip:b@192.0.2.2>' },
];
const body = Buffer.alloc(0);
const contact = (message: SipMessage, method: string) =>
  headerOf(withLegacyContact(message, method), 'Contact');
const request = (headers = ADDRESSES): SipMessage => ({
  kind: 'request',
  method: 'X',
  uri: 'sip:x',
  headers,
  body,
});
const response = (status: number): SipMessage => ({
  kind: 'response',
  status,
  reason: '',
  headers: ADDRESSES,
  body,
});

test('the caller of a request, the callee of a final answer', () => {
  expect(contact(request(), 'INVITE')).toBe('<sip:a@192.0.2.1>');
  expect(contact(response(200), 'SUBSCRIBE')).toBe('<sip:b@192.0.2.2>');
});

test('nothing is added where none is missed', () => {
  const own = [...ADDRESSES, { name: 'contact', value: '<sip:c@d>' }];
  expect(contact(request(own), 'INVITE')).toBe('<sip:c@d>');
  for (const message of [response(180), response(486)])
    expect(withLegacyContact(message, 'INVITE')).toBe(message);
  const bye = request();
  expect(withLegacyContact(bye, 'BYE')).toBe(bye);
});
