import { expect, test } from 'vitest';
import { serializeSipMessage } from './serialize-message.ts';

test('Content-Length is written once, last, in bytes, whatever the headers say', () => {
  const headers = [
    { name: 'content-length', value: '999' },
    { name: 'Via', value: 'SIP/2.0/UDP a' },
    { name: 'Content-Length', value: '1' },
    { name: 'Subject', value: '王' },
  ];
  const body = Buffer.from('王\0');
  expect(
    serializeSipMessage({ kind: 'request', method: 'MESSAGE', uri: 'sip:a@b', headers, body }).toString(),
  ).toBe('MESSAGE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nSubject: 王\r\nContent-Length: 4\r\n\r\n王\0');
});

test('a response without reason keeps the blank before it', () => {
  const bytes = serializeSipMessage({
    kind: 'response',
    status: 100,
    reason: '',
    headers: [],
    body: Buffer.alloc(0),
  });
  expect(bytes.toString()).toBe('SIP/2.0 100 \r\nContent-Length: 0\r\n\r\n');
});
