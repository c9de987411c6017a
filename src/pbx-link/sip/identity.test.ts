import { describe, expect, it } from 'vitest';
import { asteriskReference } from '../profiles/asterisk-reference.ts';
import { genericSip } from '../profiles/generic-sip.ts';
import { calledNumber, callingParty, originOf, priorityOf, readParty, recallOf } from './identity.ts';
import type { SrfMessage } from './srf.ts';

function message(headers: Record<string, string>): SrfMessage {
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    get: (name) => lower.get(name.toLowerCase()),
    has: (name) => lower.has(name.toLowerCase()),
    body: '',
  };
}

describe('readParty', () => {
  it.each([
    ['"Zhou Wei" <sip:8002@10.0.0.2>;tag=1', { number: '8002', name: 'Zhou Wei' }],
    ['"a \\"b\\" <c>" <sip:8002@h>', { number: '8002', name: 'a "b" <c>' }],
    ['Room <sip:8002;phone-context=x@h;user=phone>', { number: '8002', name: 'Room' }],
    ['sip:8002@h;tag=1', { number: '8002', name: '' }],
    ['<tel:+4930123>', { number: '+4930123', name: '' }],
    ['<sips:%2B49@h:5061>', { number: '+49', name: '' }],
    ['<sip:h>', { number: '', name: '' }],
    ['<sip:%zz@h>', { number: '%zz', name: '' }],
    ['"前台" <sip:9@h>', { number: '9', name: '前台' }],
  ])('%s', (header, party) => {
    expect(readParty(header)).toEqual(party);
  });

  it.each([undefined, '', 'mailto:a@b', `"${'x'.repeat(2000)}" <sip:1@h>`])('is null for %s', (header) => {
    expect(readParty(header)).toBeNull();
  });
});

describe('callingParty', () => {
  it('believes the exchange before the caller (RFC 3325)', () => {
    const m = message({
      From: '"liar" <sip:1@h>;tag=1',
      'P-Asserted-Identity': '"Room 2" <sip:8002@h>,<tel:+1>',
    });
    expect(callingParty(m)).toEqual({ number: '8002', name: 'Room 2' });
  });

  it('an anonymous caller has no number', () => {
    expect(callingParty(message({ From: '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1' }))).toEqual({
      number: '',
      name: 'Anonymous',
    });
  });

  it('a name that repeats the number is none', () => {
    expect(callingParty(message({ From: '"8002" <sip:8002@h>' })).name).toBe('');
  });
});

it('the called number comes from the surest header, else from To, else it is the line', () => {
  const all = { 'P-Called-Party-ID': '<sip:9100@h>', Diversion: '<sip:9200@h>', To: '<sip:8000@h>' };
  expect(calledNumber(message(all), asteriskReference, '8000')).toBe('9100');
  expect(
    calledNumber(
      message({ Diversion: '<sip:9200@h>;reason=no-answer', To: '<sip:8000@h>' }),
      asteriskReference,
      '8000',
    ),
  ).toBe('9200');
  expect(calledNumber(message({ To: '<sip:8000@h>' }), asteriskReference, '8000')).toBe('8000');
  expect(calledNumber(message({}), asteriskReference, '8000')).toBe('8000');
});

it('inside or outside is what the exchange says, else what the number looks like', () => {
  const inside = (number: string) => number.length === 4;
  expect(
    originOf(message({ 'X-Call-Origin': 'Outside', From: '<sip:8002@h>' }), asteriskReference, inside),
  ).toBe('outside');
  expect(
    originOf(message({ 'X-Call-Origin': 'nonsense', From: '<sip:8002@h>' }), asteriskReference, inside),
  ).toBe('inside');
  expect(originOf(message({ 'X-Call-Origin': 'inside', From: '<sip:013800@h>' }), genericSip, inside)).toBe(
    'outside',
  );
});

it('priority (RFC 3261 20.26)', () => {
  expect(['emergency', 'Urgent', 'normal', 'x'].map((p) => priorityOf(message({ Priority: p })))).toEqual([
    3, 2, 0, 0,
  ]);
});

it('a recall says which number did not take the call, and why', () => {
  const recall = (value: string) => recallOf(message({ 'X-Recall': value }), asteriskReference);
  expect(recall('8004;BUSY')).toEqual({ reason: 'busy', target: '8004' });
  expect(recall('8004;NOANSWER')).toEqual({ reason: 'no-answer', target: '8004' });
  expect(recall('8004;CHANUNAVAIL')).toEqual({ reason: 'unreachable', target: '8004' });
  expect(recall('8004;SOMETHING')).toEqual({ reason: 'returned', target: '8004' });
  expect(recall('park;slot=701;parker=PJSIP_8000')).toEqual({ reason: 'park', target: '701' });
  expect(recallOf(message({}), asteriskReference)).toBeNull();
  expect(recallOf(message({ 'X-Recall': '8004;BUSY' }), genericSip)).toBeNull();
});
