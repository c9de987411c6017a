import type { Clock } from '../model/clock.ts';
import type { Exchange } from './exchange.ts';
import type { Leg } from './leg.ts';

/** What became of a REFER (RFC 3515): the last sipfrag status that says something, or why there is none. */
export type ReferEnd =
  /** The exchange took the call: the target rings (180) or, as the exchange sees it, has been reached (2xx). */
  | { readonly kind: 'taken'; readonly status: number }
  | { readonly kind: 'refused'; readonly status: number; readonly phrase: string }
  | { readonly kind: 'silent' };

const PROGRESS_TIMEOUT_MS = 6000;

/** Sends a REFER on a leg and follows its subscription; `final` settles with the last word, after `progress`. */
export function refer(
  leg: Leg,
  exchange: Exchange,
  clock: Clock,
  referTo: string,
): { readonly progress: Promise<ReferEnd>; readonly final: Promise<void> } {
  let finish: () => void = () => undefined;
  const final = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const progress = new Promise<ReferEnd>((resolve) => {
    const stopTimer = clock.after(PROGRESS_TIMEOUT_MS, () => {
      resolve({ kind: 'silent' });
    });
    const stopListening = leg.onNotify((req) => {
      if (!/^\s*refer\b/i.test(req.get('Event') ?? '')) return;
      const frag = /^SIP\/2\.0 (\d{3}) ?([^\r\n]{0,80})/.exec(req.body ?? '');
      const status = Number(frag?.[1] ?? 0);
      const over = /^\s*terminated/i.test(req.get('Subscription-State') ?? '');
      if (status >= 300) resolve({ kind: 'refused', status, phrase: frag?.[2] ?? '' });
      else if (status > 100) resolve({ kind: 'taken', status });
      if (over || status >= 200) {
        resolve({ kind: 'silent' });
        end();
      }
    });
    const end = () => {
      stopTimer();
      stopListening();
      finish();
    };
    const headers = {
      'Refer-To': `<${referTo}>`,
      'Referred-By': `<${exchange.aor(exchange.line)}>`,
    };
    void leg.request('REFER', headers).then((answer) => {
      if (answer.kind === 'none') {
        resolve({ kind: 'silent' });
        end();
      } else if (answer.res.status >= 300) {
        resolve({ kind: 'refused', status: answer.res.status, phrase: answer.res.reason });
        end();
      }
    });
  });
  return { progress, final };
}

/** A Refer-To that takes the place of another dialog (RFC 3891, RFC 5589 7). `to` is the exchange's tag. */
export function replacing(
  uri: string,
  dialog: { readonly callId: string; readonly toTag: string; readonly fromTag: string },
): string {
  const value = `${dialog.callId};to-tag=${dialog.toTag};from-tag=${dialog.fromTag}`;
  return `${uri}?Replaces=${encodeURIComponent(value)}`;
}
