import { skipQuoted } from './characters.ts';
import { formatVia, parseVia } from './header-grammar.ts';
import type { HeaderRule } from './header-rules.ts';
import { formatNameAddr, parseNameAddrList } from './name-addr.ts';
import type { SipHeader } from './sip-message.ts';

/**
 * A sound header as readers with a narrower grammar take it as well; the same when there is nothing to change.
 * `ascii` says that it holds no character beyond ASCII.
 */
export function normaliseHeader(rule: HeaderRule, header: SipHeader, ascii: boolean): SipHeader {
  if (rule.kind === 'vias') return normaliseVia(header);
  if (rule.kind === 'addresses' && !ascii && hasBareInternational(header.value)) return quoteNames(header);
  return header;
}

/** The name SIP in capitals, as RFC 3261 7.1 has it sent. */
function normaliseVia(header: SipHeader): SipHeader {
  const { name, value } = header;
  if (value.startsWith('SIP') && !value.includes(',')) return header;
  const vias = parseVia(value);
  if (vias.every((via) => via.protocol === 'SIP/2.0')) return header;
  return { name, value: vias.map((via) => formatVia({ ...via, protocol: 'SIP/2.0' })).join(', ') };
}

/** The quotes that RFC 3261 25.1 asks for round a display name with characters beyond ASCII. */
function quoteNames({ name, value }: SipHeader): SipHeader {
  return { name, value: (parseNameAddrList(value) ?? []).map(formatNameAddr).join(', ') };
}

/** True when a character beyond ASCII stands outside quotes. */
function hasBareInternational(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code > 0x7f) return true;
    if (code !== 0x22) continue;
    const end = skipQuoted(value, i);
    if (end === -1) return false;
    i = end - 1;
  }
  return false;
}
