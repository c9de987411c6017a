import type { Capabilities } from '../model/exchange-link.ts';
import type { ExchangeProfile } from '../profiles/exchange-profile.ts';

/** What this exchange can do over SIP: what needs a feature code depends on the profile, the rest is SIP's own. */
export function capabilitiesOf(profile: ExchangeProfile): Capabilities {
  const { pickUp } = profile.services;
  return {
    'bind-headset': true,
    'unbind-headset': true,
    'check-seat': true,
    answer: true,
    reject: true,
    'make-call': true,
    hold: true,
    retrieve: true,
    mute: true,
    clear: true,
    reconnect: true,
    transfer: true,
    join: true,
    'take-back': pickUp.template === null ? pickUp.reason : true,
    'send-digits': true,
    flash: true,
  };
}
