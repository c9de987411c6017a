import { SEAT_CHECK_NAMES } from '../model/seat-check.ts';
import type { ExchangeProfile, ServiceCode } from './exchange-profile.ts';

function lacking(detail: string): ServiceCode {
  return { template: null, reason: { key: 'capability-missing', detail } };
}

const NO_CODE = lacking('plain SIP has no code for it');

/** An exchange of which nothing is known but that it speaks SIP: only what the RFCs alone give. */
export const genericSip: ExchangeProfile = {
  id: 'generic-sip',
  title: 'SIP exchange (no profile)',
  services: {
    // An ordinary call: the phone goes hands-free if Call-Info reaches it, else the operator lifts it.
    headsetCall: { template: '{ext}' },
    // The exchange's own number plan decides what is inside and what is outside.
    outside: { template: '{number}' },
    pickUp: NO_CODE,
    park: NO_CODE,
    parkRetrieve: NO_CODE,
    conference: NO_CODE,
    listen: NO_CODE,
    whisper: NO_CODE,
    breakIn: NO_CODE,
    forceRelease: NO_CODE,
    doNotDisturbOn: NO_CODE,
    doNotDisturbOff: NO_CODE,
    forwardOn: NO_CODE,
    forwardOff: NO_CODE,
    classOfService: NO_CODE,
  },
  seatChecks: SEAT_CHECK_NAMES.map((name) => ({
    name,
    probe: null,
    reason: { key: 'capability-missing', detail: 'plain SIP cannot be asked for it' },
  })),
  calledNumberHeaders: ['P-Called-Party-ID', 'History-Info', 'Diversion'],
  originHeader: null,
  recallHeader: null,
  callIdHeader: null,
  ringTimeSeconds: null,
  extensionRingTimeSeconds: null,
};
