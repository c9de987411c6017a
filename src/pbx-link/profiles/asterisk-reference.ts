import type { ExchangeProfile } from './exchange-profile.ts';

/** Asterisk with the configuration of `resources/exchanges/asterisk`; the codes here and there must agree. */
export const asteriskReference: ExchangeProfile = {
  id: 'asterisk-reference',
  title: 'Asterisk (reference profile)',
  services: {
    headsetCall: { template: '*58{ext}' },
    pickUp: { template: '*8{ext}' },
    park: { template: '*68{slot}' },
    parkRetrieve: { template: '{slot}' },
    conference: { template: '90{room}' },
    listen: { template: '*221{ext}' },
    whisper: { template: '*222{ext}' },
    breakIn: { template: '*223{ext}' },
    forceRelease: { template: '*229{ext}' },
    outside: { template: '0{number}' },
    doNotDisturbOn: { template: '*78*{ext}' },
    doNotDisturbOff: { template: '*79*{ext}' },
    forwardOn: { template: '*72*{ext}*{target}' },
    forwardOff: { template: '*73*{ext}' },
    classOfService: { template: '*77*{ext}*{level}' },
  },
  seatChecks: [
    { name: 'calls-wait', probe: 'seat_calls_wait' },
    { name: 'transfer-inside', probe: 'seat_transfer_inside' },
    { name: 'transfer-outside', probe: 'seat_transfer_outside' },
    { name: 'take-back', probe: 'seat_take_back' },
    { name: 'break-in', probe: 'seat_break_in' },
    { name: 'break-in-level', probe: 'seat_break_in_level' },
  ],
  calledNumberHeaders: ['P-Called-Party-ID', 'Diversion', 'History-Info'],
  originHeader: 'X-Call-Origin',
  recallHeader: 'X-Recall',
  callIdHeader: 'X-Call-Id',
  ringTimeSeconds: 3600,
  extensionRingTimeSeconds: 30,
};
