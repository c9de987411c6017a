import { z } from 'zod';
import type { CallId, Origin, Party } from '../pbx-link/model/call.ts';
import type { Reason } from '../pbx-link/model/reason.ts';
import { MAX_ID_LENGTH } from './model-schema.ts';

/** One call of the log. `endedAt` is null while the call lives; times are milliseconds since the epoch. */
export type CallLogRow = {
  /** Rows count up; the newest has the highest. */
  readonly row: number;
  readonly epoch: string;
  readonly call: CallId;
  readonly direction: 'in' | 'out';
  readonly origin: Origin;
  readonly party: Party;
  readonly calledNumber: string;
  readonly arrivedAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  readonly cause: Reason | null;
  readonly by: 'party' | 'operator' | 'exchange' | null;
};

/** One happening of a call, in the order in which they were written. */
export type CallLogEvent = {
  readonly at: number;
  readonly event: string;
  readonly detail: Readonly<Record<string, string>>;
};

/**
 * What the SIP agent has counted since the start: a figure, or figures by reason. Null: another agent serves the
 * messages, and its counters are there.
 */
export type LinkCounters = Readonly<Record<string, number | Readonly<Record<string, number>>>>;

/** The questions that a client can ask, each with its arguments. */
export const querySchemas = {
  /** The newest calls first, those before row `before` when it is given. */
  'call-log': z.strictObject({
    limit: z.number().int().min(1).max(500).default(50),
    before: z.number().int().positive().exactOptional(),
  }),
  /** The events of one call of the log. */
  'call-events': z.strictObject({
    epoch: z.string().min(1).max(MAX_ID_LENGTH),
    call: z.string().min(1).max(MAX_ID_LENGTH),
  }),
  'link-counters': z.strictObject({}),
} as const;

export type QueryName = keyof typeof querySchemas;
export type QueryArgs<N extends QueryName> = Readonly<z.infer<(typeof querySchemas)[N]>>;
export type QueryAnswers = {
  readonly 'call-log': readonly CallLogRow[];
  readonly 'call-events': readonly CallLogEvent[];
  readonly 'link-counters': LinkCounters | null;
};
/** The questions that the database answers. */
export type StoreQueryName = Exclude<QueryName, 'link-counters'>;

export function isQueryName(name: string): name is QueryName {
  return Object.hasOwn(querySchemas, name);
}
