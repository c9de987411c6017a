import type { Clock } from '../model/clock.ts';
import type { SrfDialog, SrfRequest, SrfResponse, SrfStack } from './srf.ts';

export type InviteEnd =
  | { readonly kind: 'answered'; readonly dialog: SrfDialog }
  /** `status` 0: the SIP stack could not send it, or went away. */
  | {
      readonly kind: 'failed';
      readonly status: number;
      readonly phrase: string;
      readonly reason: string | undefined;
    };

/** An INVITE under way. */
export type OutgoingInvite = {
  readonly callId: string;
  readonly localTag: string;
  /** The tag of the other side once an early dialog exists. */
  remoteTag(): string | null;
  /** Sends CANCEL when the exchange has answered provisionally; the end is still reported by `ended`. */
  cancel(): void;
  /** The stack has gone: nothing will come any more. */
  abandon(): void;
  /** Never rejects, and settles within seconds of `cancel`. */
  readonly ended: Promise<InviteEnd>;
};

/** After CANCEL the exchange owes 487 (RFC 3261 9.2); one that is silent is not waited for. */
const CANCEL_LIMIT_MS = 5000;

export type InviteParts = {
  readonly stack: SrfStack;
  readonly clock: Clock;
  readonly uri: string;
  readonly sdp: string;
  readonly callId: string;
  readonly localTag: string;
  /** All headers but CSeq and the answer to a challenge. */
  readonly headers: Readonly<Record<string, string>>;
  /** The header that answers a challenge, or null. */
  readonly authorize: (res: SrfResponse, attempt: number) => Record<string, string> | null;
  readonly onProvisional: (res: SrfResponse) => void;
  /** Runs in the moment in which the dialog exists: srf drops events that come before a listener is attached. */
  readonly onDialog: (dialog: SrfDialog) => void;
};

export function sendInvite(parts: InviteParts): OutgoingInvite {
  const { stack, clock, uri, sdp, callId, localTag, authorize } = parts;
  const { promise: ended, resolve } = Promise.withResolvers<InviteEnd>();
  let request: SrfRequest | null = null;
  let remoteTag: string | null = null;
  let cancelled = false;
  let over = false;
  let stopLimit: () => void = () => undefined;

  function settle(end: InviteEnd): void {
    if (over) return;
    over = true;
    stopLimit();
    resolve(end);
  }

  function fail(status: number, phrase: string, reason?: string): void {
    settle({ kind: 'failed', status, phrase, reason });
  }

  /** Authentication repeats the request within the same Call-ID and From tag, one CSeq higher (RFC 3261 22.2). */
  function attempt(cseq: number, extra: Readonly<Record<string, string>>): void {
    const headers = { ...parts.headers, 'Call-ID': callId, CSeq: `${cseq} INVITE`, ...extra };
    const progress = {
      cbRequest: (_err: Error | null, req?: SrfRequest) => {
        request = req ?? null;
        if (cancelled) request?.cancel(() => undefined);
      },
      cbProvisional: (res: SrfResponse) => {
        remoteTag = /;\s{0,4}tag=([^;>\s]+)/.exec(res.get('To') ?? '')?.[1] ?? remoteTag;
        if (!over) parts.onProvisional(res);
      },
    };
    stack.createUAC(uri, { localSdp: sdp, headers }, progress, (err, dialog) => {
      if (dialog && over) {
        // Answered after we had stopped waiting: nobody is there to take it.
        dialog.destroy({}, () => undefined);
      } else if (dialog) {
        parts.onDialog(dialog);
        settle({ kind: 'answered', dialog });
      } else {
        const res = err?.res;
        const answer = res && !cancelled && !over ? authorize(res, cseq) : null;
        if (answer) begin(cseq + 1, answer);
        else fail(res?.status ?? err?.status ?? 0, res?.reason ?? err?.message ?? '', res?.get('Reason'));
      }
    });
  }

  function begin(cseq: number, extra: Readonly<Record<string, string>>): void {
    try {
      attempt(cseq, extra);
    } catch (error) {
      // srf throws when its connection to the SIP stack is gone.
      fail(0, String(error));
    }
  }

  begin(1, {});
  return {
    callId,
    localTag,
    remoteTag: () => remoteTag,
    cancel: () => {
      if (cancelled || over) return;
      cancelled = true;
      try {
        request?.cancel(() => undefined);
      } catch (error) {
        fail(0, String(error));
        return;
      }
      stopLimit = clock.after(CANCEL_LIMIT_MS, () => fail(487, 'no answer to CANCEL'));
    },
    abandon: () => fail(0, 'the SIP stack has gone'),
    ended,
  };
}
