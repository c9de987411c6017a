import { z } from 'zod';
import type { CallId, Connection, Origin, Party, Recall } from '../pbx-link/model/call.ts';
import type { Capabilities } from '../pbx-link/model/exchange-link.ts';
import type { Reason } from '../pbx-link/model/reason.ts';
import type { SeatCheckItem } from '../pbx-link/model/seat-check.ts';
import {
  callIdSchema,
  capabilitiesSchema,
  connectionSchema,
  extendedStateSchema,
  instantSchema,
  originSchema,
  partySchema,
  reasonSchema,
  recallSchema,
  seatCheckItemSchema,
} from './model-schema.ts';
import { OPERATOR_COMMAND_TYPES, type OperatorCommandType } from './operator-command.ts';

/** What every call on the board and every call that left it have in common. Times are milliseconds since the epoch. */
export type CallRecord = {
  readonly id: CallId;
  readonly direction: 'in' | 'out';
  readonly origin: Origin;
  readonly party: Party;
  readonly calledNumber: string;
  /** The total wait counts from here (X3). It stays when the call leaves and comes back. */
  readonly arrivedAt: number;
  readonly answeredAt: number | null;
  readonly priority: number;
  readonly recall: Recall | null;
};

export type BoardCall = CallRecord & {
  readonly connection: Connection;
  /** Since when the party waits this time: queued or held; null while it does not. */
  readonly waitingSince: number | null;
  /** When the hold recall is due (X4); null while the call is not held. */
  readonly recallDueAt: number | null;
  /** The hold recall is due: the party was held too long. */
  readonly recalling: boolean;
  /** The link is down or was, and the exchange has not confirmed this call since: it may be wrong. */
  readonly stale: boolean;
};

/** A call that left the desk for `target`. One that is finished leaves the board a minute later. */
export type ExtendedCall = CallRecord & {
  readonly target: Party;
  readonly since: number;
  readonly state: 'ringing' | 'answered' | 'unknown';
  readonly stale: boolean;
};

/** A call that is over, for "what happened last". */
export type EndedCall = {
  readonly id: CallId;
  readonly direction: 'in' | 'out';
  readonly party: Party;
  readonly at: number;
  readonly cause: Reason;
  readonly by: 'party' | 'operator' | 'exchange';
};

/**
 * What became of a command. `by: 'desk'` is one that the desk gave by itself. A transfer, join or call that the exchange
 * took is `done`, and becomes `refused` with the reason, at a new `at`, when it comes to nothing after all.
 */
export type Outcome = {
  readonly id: string;
  readonly type: OperatorCommandType;
  readonly by: 'operator' | 'desk';
  readonly call: CallId | null;
  readonly at: number;
  readonly outcome: 'pending' | 'done' | 'refused' | 'unknown';
  readonly reason: Reason | null;
};

export type Board = {
  /** A new core start has a new epoch: revisions of another epoch are void. */
  readonly epoch: string;
  readonly revision: number;
  readonly at: number;
  readonly link: {
    readonly state: 'connecting' | 'up' | 'down' | 'stopped';
    readonly since: number;
    readonly reason: Reason | null;
  };
  readonly line: {
    readonly number: string;
    readonly state: 'registering' | 'registered' | 'refused' | 'unregistered';
    readonly since: number;
    readonly reason: Reason | null;
  };
  readonly headset: {
    readonly number: string;
    readonly state: 'unbound' | 'binding' | 'bound' | 'lost';
    readonly since: number;
    readonly reason: Reason | null;
    readonly muted: boolean;
  };
  readonly seat: { readonly checkedAt: number | null; readonly items: readonly SeatCheckItem[] };
  /** Oldest first. */
  readonly calls: readonly BoardCall[];
  readonly source: CallId | null;
  readonly destination: CallId | null;
  readonly extended: readonly ExtendedCall[];
  /** The last 20, oldest first. */
  readonly ended: readonly EndedCall[];
  /** The last 50, oldest first. */
  readonly outcomes: readonly Outcome[];
  readonly capabilities: Capabilities;
  /** Events of the exchange that could not be true, counted since the start. */
  readonly anomalies: number;
  readonly degraded: { readonly since: number; readonly reason: Reason } | null;
};

const condition = <const S extends readonly [string, ...string[]]>(...states: S) => ({
  state: z.enum(states),
  since: instantSchema,
  reason: reasonSchema.nullable(),
});

const callRecord = {
  id: callIdSchema,
  direction: z.enum(['in', 'out']),
  origin: originSchema,
  party: partySchema,
  calledNumber: z.string(),
  arrivedAt: instantSchema,
  answeredAt: instantSchema.nullable(),
  priority: z.number(),
  recall: recallSchema.nullable(),
};

export const boardCallSchema = z.strictObject({
  ...callRecord,
  connection: connectionSchema,
  waitingSince: instantSchema.nullable(),
  recallDueAt: instantSchema.nullable(),
  recalling: z.boolean(),
  stale: z.boolean(),
}) satisfies z.ZodType<BoardCall>;

export const extendedCallSchema = z.strictObject({
  ...callRecord,
  target: partySchema,
  since: instantSchema,
  state: extendedStateSchema,
  stale: z.boolean(),
}) satisfies z.ZodType<ExtendedCall>;

export const endedCallSchema = z.strictObject({
  id: callIdSchema,
  direction: z.enum(['in', 'out']),
  party: partySchema,
  at: instantSchema,
  cause: reasonSchema,
  by: z.enum(['party', 'operator', 'exchange']),
}) satisfies z.ZodType<EndedCall>;

export const outcomeSchema = z.strictObject({
  id: z.string(),
  type: z.enum(OPERATOR_COMMAND_TYPES as [OperatorCommandType, ...OperatorCommandType[]]),
  by: z.enum(['operator', 'desk']),
  call: callIdSchema.nullable(),
  at: instantSchema,
  outcome: z.enum(['pending', 'done', 'refused', 'unknown']),
  reason: reasonSchema.nullable(),
}) satisfies z.ZodType<Outcome>;

export const boardSchema = z.strictObject({
  epoch: z.string(),
  revision: z.number().int(),
  at: instantSchema,
  link: z.strictObject(condition('connecting', 'up', 'down', 'stopped')),
  line: z.strictObject({
    number: z.string(),
    ...condition('registering', 'registered', 'refused', 'unregistered'),
  }),
  headset: z.strictObject({
    number: z.string(),
    ...condition('unbound', 'binding', 'bound', 'lost'),
    muted: z.boolean(),
  }),
  seat: z.strictObject({ checkedAt: instantSchema.nullable(), items: z.array(seatCheckItemSchema) }),
  calls: z.array(boardCallSchema),
  source: callIdSchema.nullable(),
  destination: callIdSchema.nullable(),
  extended: z.array(extendedCallSchema),
  ended: z.array(endedCallSchema),
  outcomes: z.array(outcomeSchema),
  capabilities: capabilitiesSchema,
  anomalies: z.number().int(),
  degraded: z.strictObject({ since: instantSchema, reason: reasonSchema }).nullable(),
}) satisfies z.ZodType<Board>;
