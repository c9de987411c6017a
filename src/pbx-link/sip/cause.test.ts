import { describe, expect, it } from 'vitest';
import { causeOfBye, causeOfCancel, causeOfResponse } from './cause.ts';

describe('the cause of a failed attempt', () => {
  it.each([
    [486, undefined, 'busy'],
    [404, undefined, 'unknown-number'],
    [480, undefined, 'not-registered'],
    [480, 'Q.850;cause=19', 'no-answer'],
    [603, undefined, 'rejected'],
    [503, 'Q.850 ; cause = 34', 'congestion'],
    [403, undefined, 'forbidden'],
    [599, undefined, 'exchange-error'],
    [486, 'SIP;cause=200', 'busy'],
  ])('%i with Reason %s is %s', (status, header, key) => {
    expect(causeOfResponse(status, 'words', header).key).toBe(key);
  });

  it("keeps the exchange's own words", () => {
    expect(causeOfResponse(486, 'Busy Here', 'Q.850;cause=17').detail).toBe('SIP 486 Busy Here, Q.850 17');
  });
});

it('a BYE without a Reason, or with a normal one, is a normal end', () => {
  expect(causeOfBye(undefined)).toEqual({ key: 'normal' });
  expect(causeOfBye('Q.850;cause=16')).toEqual({ key: 'normal' });
  expect(causeOfBye('Q.850;cause=44')).toEqual({ key: 'exchange-error', detail: 'Q.850 44' });
});

it('a CANCEL tells whether somebody else has answered (RFC 3326)', () => {
  expect(causeOfCancel('SIP;cause=200;text="Call completed elsewhere"').key).toBe('answered-elsewhere');
  expect(causeOfCancel('Q.850;cause=127').key).toBe('caller-gave-up');
  expect(causeOfCancel(undefined).key).toBe('caller-gave-up');
});
