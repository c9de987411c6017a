import type { Reason, ReasonKey } from '../model/reason.ts';

/** SIP final statuses (RFC 3261 21) in the words of the desk. */
const BY_STATUS: Readonly<Record<number, ReasonKey>> = {
  401: 'wrong-secret',
  403: 'forbidden',
  404: 'unknown-number',
  405: 'not-supported',
  407: 'wrong-secret',
  408: 'timeout',
  410: 'unknown-number',
  420: 'not-supported',
  480: 'not-registered',
  481: 'call-gone',
  484: 'bad-number',
  486: 'busy',
  487: 'normal',
  488: 'not-supported',
  501: 'not-supported',
  503: 'congestion',
  600: 'busy',
  603: 'rejected',
  604: 'unknown-number',
};

/** Q.850 causes, which an exchange puts into the Reason header (RFC 3326) and which say more than the status. */
const BY_Q850: Readonly<Record<number, ReasonKey>> = {
  1: 'unknown-number',
  3: 'unknown-number',
  16: 'normal',
  17: 'busy',
  18: 'no-answer',
  19: 'no-answer',
  20: 'not-registered',
  21: 'rejected',
  22: 'unknown-number',
  27: 'exchange-error',
  28: 'bad-number',
  34: 'congestion',
  38: 'exchange-error',
  42: 'congestion',
  44: 'exchange-error',
  58: 'not-supported',
};

/** Why an attempt failed, from its final response. `header` is the Reason header, if any. */
export function causeOfResponse(status: number, phrase: string, header: string | undefined): Reason {
  const q850 = q850Cause(header);
  const key = (q850 !== null ? BY_Q850[q850] : undefined) ?? BY_STATUS[status] ?? 'exchange-error';
  return {
    key,
    detail: `SIP ${status}${phrase ? ` ${phrase}` : ''}${q850 === null ? '' : `, Q.850 ${q850}`}`,
  };
}

/** Why a call ended, from the Reason header of a BYE. */
export function causeOfBye(header: string | undefined): Reason {
  const q850 = q850Cause(header);
  if (q850 === null) return { key: 'normal' };
  const key = BY_Q850[q850] ?? 'normal';
  return key === 'normal' ? { key } : { key, detail: `Q.850 ${q850}` };
}

/** Why a waiting call was cancelled: another position took it (RFC 3326 2, cause 200), or the caller gave up. */
export function causeOfCancel(header: string | undefined): Reason {
  const elsewhere = header !== undefined && /SIP\s{0,4};\s{0,4}cause\s{0,4}=\s{0,4}200\b/i.test(header);
  return { key: elsewhere ? 'answered-elsewhere' : 'caller-gave-up' };
}

function q850Cause(header: string | undefined): number | null {
  const found =
    header === undefined ? null : /Q\.850\s{0,4};\s{0,4}cause\s{0,4}=\s{0,4}(\d{1,3})/i.exec(header);
  return found ? Number(found[1]) : null;
}
