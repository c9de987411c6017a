import type { CallLogWrite } from '../../contract/call-log.ts';

/** An entry of the call log as the switchboard would write it. */
export function logEntry(seq: number, change: Partial<CallLogWrite> = {}): CallLogWrite {
  return {
    epoch: 'epoch',
    seq,
    at: 1_000 + seq,
    event: 'delivered',
    detail: {},
    end: null,
    call: {
      id: 'a',
      direction: 'in',
      origin: 'outside',
      party: { number: '01234', name: '王小明' },
      calledNumber: '8000',
      arrivedAt: 1_000,
      answeredAt: null,
      priority: 0,
      recall: null,
    },
    ...change,
  };
}
