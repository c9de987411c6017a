import { describe, expect, test } from 'vitest';
import { SEAT_CHECK_NAMES } from '../model/seat-check.ts';
import { asteriskReference } from './asterisk-reference.ts';
import { featureCode } from './feature-code.ts';
import { genericSip } from './generic-sip.ts';

describe('featureCode', () => {
  test('fills every place', () => {
    expect(featureCode('*72*{ext}*{target}', { ext: '8003', target: '0555#' })).toBe('*72*8003*0555#');
    expect(featureCode('{slot}', { slot: '703' })).toBe('703');
  });

  test('is null where a place has no value', () => {
    expect(featureCode('*8{ext}', {})).toBeNull();
    expect(featureCode('*8{constructor}', {})).toBeNull();
  });

  test.each(['', ' ', '8003@elsewhere', '8003;a=b', '8003\r\nX: y', '8'.repeat(65)])(
    'is null for the value %j, which is no number',
    (ext) => {
      expect(featureCode('*8{ext}', { ext })).toBeNull();
    },
  );
});

describe.each([asteriskReference, genericSip])('the profile $id', (profile) => {
  test('answers every seat check, by a probe or by a reason', () => {
    expect(profile.seatChecks.map((check) => check.name)).toEqual(SEAT_CHECK_NAMES);
    for (const check of profile.seatChecks)
      if (check.probe === null) expect(check.reason.detail).toBeTruthy();
  });

  test('has only places that the console can fill', () => {
    const values = {
      ext: '8001',
      slot: '701',
      room: '1',
      number: '5550199',
      target: '8002',
      level: '2',
    };
    for (const code of Object.values(profile.services))
      if (code.template !== null) expect(featureCode(code.template, values)).toMatch(/^[0-9*#]+$/);
      else expect(code.reason.key).toBe('capability-missing');
  });
});
