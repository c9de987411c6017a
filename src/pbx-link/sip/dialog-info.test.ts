import { expect, it } from 'vitest';
import { targetState } from './dialog-info.ts';

const document = (...states: string[]) =>
  `<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="1" state="full" entity="sip:8004@h">${states
    .map((state) => `<dialog id="8004"><state>${state}</state></dialog>`)
    .join('')}</dialog-info>`;

it.each([
  [[], 'idle'],
  [['terminated'], 'idle'],
  [['early'], 'ringing'],
  [['trying'], 'ringing'],
  [['confirmed'], 'talking'],
  [['terminated', 'early'], 'ringing'],
  [['early', 'confirmed'], 'talking'],
])('%j is %s', (states, expected) => {
  expect(targetState(document(...states))).toBe(expected);
});

it('reads a state that has attributes (RFC 4235 4.1.3)', () => {
  expect(
    targetState(
      document().replace(
        '</dialog-info>',
        '<dialog id="1"><state event="cancelled" code="487">terminated</state></dialog></dialog-info>',
      ),
    ),
  ).toBe('idle');
});

it.each([
  '',
  'no document',
  '<presence/>',
  `<dialog-info>${'x'.repeat(70_000)}`,
  '<dialog-info><dialog><state>early',
])('is null for what is none', (body) => {
  expect(targetState(body)).toBeNull();
});
