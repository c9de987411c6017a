import { randomBytes } from 'node:crypto';
import { headerOf, type SipHeader, type SipMessage } from '../../sip-agent/message/sip-message.ts';

/** Small pieces of SIP as the tests' exchange writes and reads it. */

export const SDP_TYPE = { 'Content-Type': 'application/sdp' };

export function listed(headers: Readonly<Record<string, string>>): SipHeader[] {
  return Object.entries(headers).map(([name, value]) => ({ name, value }));
}

export function newId(): string {
  return randomBytes(6).toString('hex');
}

export function newBranch(): string {
  return `z9hG4bK${newId()}`;
}

export function tagOf(header: string | undefined): string {
  return /;tag=([^;>\s]+)/.exec(header ?? '')?.[1] ?? '';
}

export function contactOf(message: SipMessage): string {
  return /<([^>]+)>/.exec(headerOf(message, 'Contact') ?? '')?.[1] ?? '';
}
