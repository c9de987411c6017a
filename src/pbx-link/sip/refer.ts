import type { Clock } from '../model/clock.ts';
import type { Exchange } from './exchange.ts';
import type { Leg } from './leg.ts';

/** What became of a REFER (RFC 3515): the first status that says something, or why there is none. */
export type ReferEnd =
  /** The exchange took the call: the target rings (180) or, as the exchange sees it, has been reached (2xx). */
  | { readonly kind: 'taken'; readonly status: number }
  | { readonly kind: 'refused'; readonly status: number; readonly phrase: string }
  /** No word in time, or the party hung up meanwhile. */
  | { readonly kind: 'silent' };

const PROGRESS_TIMEOUT_MS = 6000;

/**
 * Sends a REFER on a leg and follows its subscription. `final` settles with the exchange's last word, after
 * `progress`; both settle when the leg ends.
 */
export function refer(
  leg: Leg,
  exchange: Exchange,
  clock: Clock,
  referTo: string,
): { readonly progress: Promise<ReferEnd>; readonly final: Promise<void> } {
  const progress = Promise.withResolvers<ReferEnd>();
  const final = Promise.withResolvers<void>();
  const stopListening = leg.onNotify((req) => {
    if (!/^\s*refer\b/i.test(req.get('Event') ?? '')) return;
    const frag = /^SIP\/2\.0 (\d{3}) ?([^\r\n]{0,80})/.exec(req.body ?? '');
    const status = Number(frag?.[1] ?? 0);
    if (status >= 300) progress.resolve({ kind: 'refused', status, phrase: frag?.[2] ?? '' });
    else if (status > 100) progress.resolve({ kind: 'taken', status });
    if (status >= 200 || /^\s*terminated/i.test(req.get('Subscription-State') ?? '')) end();
  });
  const stopTimer = clock.after(PROGRESS_TIMEOUT_MS, () => progress.resolve({ kind: 'silent' }));
  const stopWatching = leg.onEnded(end);

  function end(): void {
    stopTimer();
    stopListening();
    stopWatching();
    progress.resolve({ kind: 'silent' });
    final.resolve();
  }

  const headers = { 'Refer-To': `<${referTo}>`, 'Referred-By': `<${exchange.aor(exchange.line)}>` };
  void leg.request('REFER', headers).then((answer) => {
    if (answer.kind === 'final' && answer.res.status < 300) return;
    if (answer.kind === 'final') {
      progress.resolve({ kind: 'refused', status: answer.res.status, phrase: answer.res.reason });
    }
    end();
  });
  return { progress: progress.promise, final: final.promise };
}

/** A Refer-To that takes the place of another dialog (RFC 3891, RFC 5589 7). `toTag` is the exchange's. */
export function replacing(
  uri: string,
  dialog: { readonly callId: string; readonly toTag: string; readonly fromTag: string },
): string {
  const value = `${dialog.callId};to-tag=${dialog.toTag};from-tag=${dialog.fromTag}`;
  return `${uri}?Replaces=${encodeURIComponent(value)}`;
}
