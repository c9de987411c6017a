import type { CallMedia } from './call-media.ts';
import { cseqOf, type SipRequest } from './sip-message.ts';

/** RFC 3261 section 13.3.1.4: a 200 to INVITE is repeated until its ACK comes, or 64 T1 have gone by. */
const T1_MS = 500;
const T2_MS = 4000;
const GIVE_UP_MS = 64 * T1_MS;

/** The INVITEs of the exchange in one dialog that this phone answered with 200. */
export type AcceptedInvites = {
  /** Answers the offer, or makes one, and sends 200 by `send` until the ACK comes. */
  accept(invite: SipRequest, send: (body: string) => void): void;
  acknowledge(ack: SipRequest): void;
};

export function acceptedInvites(
  media: CallMedia,
  later: (wait: number, work: () => void) => void,
): AcceptedInvites {
  /** The INVITE whose ACK is waited for, and whether that ACK brings an answer. */
  let open: { readonly sequence: number; readonly offered: boolean } | null = null;
  return {
    accept: (invite, send) => {
      const offered = invite.body === '';
      const body = offered ? media.offer() : media.answer(invite.body);
      const { number: sequence } = cseqOf(invite);
      open = { sequence, offered };
      const repeat = (wait: number, left: number) => {
        if (open?.sequence !== sequence || left <= 0) return;
        send(body);
        later(wait, () => repeat(Math.min(wait * 2, T2_MS), left - wait));
      };
      repeat(T1_MS, GIVE_UP_MS);
    },
    acknowledge: (ack) => {
      if (open?.sequence !== cseqOf(ack).number) return;
      if (open.offered && ack.body !== '') media.accept(ack.body);
      open = null;
    },
  };
}
