import { z } from 'zod';
import type {
  CallId,
  Connection,
  ConnectionState,
  HeldBy,
  Origin,
  Party,
  Recall,
} from '../pbx-link/model/call.ts';
import type { ExchangeCommand } from '../pbx-link/model/exchange-command.ts';
import type { Reason, ReasonKey } from '../pbx-link/model/reason.ts';
import type { SeatCheckItem } from '../pbx-link/model/seat-check.ts';
import { REASON_MEANING } from './reason-meaning.ts';

/** Bounds of what a client may send; everything longer is refused before it is looked at. */
export const MAX_ID_LENGTH = 200;
export const MAX_NUMBER_LENGTH = 64;

export const reasonKeySchema = z.enum(Object.keys(REASON_MEANING) as [ReasonKey, ...ReasonKey[]]);

export const reasonSchema = z.strictObject({
  key: reasonKeySchema,
  detail: z.string().exactOptional(),
}) satisfies z.ZodType<Reason>;

export const callIdSchema = z.string().min(1).max(MAX_ID_LENGTH) satisfies z.ZodType<CallId>;

export const partySchema = z.strictObject({
  number: z.string(),
  name: z.string(),
}) satisfies z.ZodType<Party>;

export const originSchema = z.enum(['inside', 'outside']) satisfies z.ZodType<Origin>;

export const heldBySchema = z.enum(['hand', 'self']) satisfies z.ZodType<HeldBy>;

export const recallSchema = z.strictObject({
  reason: z.enum(['busy', 'no-answer', 'unreachable', 'park', 'returned']),
  target: z.string(),
}) satisfies z.ZodType<Recall>;

export const connectionStateSchema = z.enum([
  'queued',
  'initiated',
  'alerting',
  'connected',
  'held',
  'failed',
  'cleared',
]) satisfies z.ZodType<ConnectionState>;

/** What is known of a call that left the desk. */
export const extendedStateSchema = z.enum(['ringing', 'answered', 'unknown']);

/** Milliseconds since the epoch. */
export const instantSchema = z.number();

const since = { since: instantSchema };

export const connectionSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('queued'), ...since }),
  z.strictObject({ state: z.literal('initiated'), ...since }),
  z.strictObject({ state: z.literal('alerting'), ...since }),
  z.strictObject({ state: z.literal('connected'), ...since }),
  z.strictObject({ state: z.literal('held'), ...since, by: heldBySchema }),
  z.strictObject({ state: z.literal('failed'), ...since, cause: reasonSchema }),
  z.strictObject({ state: z.literal('cleared'), ...since, cause: reasonSchema }),
]) satisfies z.ZodType<Connection>;

export const seatCheckItemSchema = z.strictObject({
  name: z.enum([
    'calls-wait',
    'transfer-inside',
    'transfer-outside',
    'take-back',
    'break-in',
    'break-in-level',
  ]),
  result: z.enum(['ok', 'missing', 'unknown']),
  reason: reasonSchema.exactOptional(),
}) satisfies z.ZodType<SeatCheckItem>;

const capability = z.union([z.literal(true), reasonSchema]);

export const capabilitiesSchema = z.strictObject({
  'bind-headset': capability,
  'unbind-headset': capability,
  'check-seat': capability,
  answer: capability,
  reject: capability,
  'make-call': capability,
  hold: capability,
  retrieve: capability,
  mute: capability,
  clear: capability,
  reconnect: capability,
  transfer: capability,
  join: capability,
  'take-back': capability,
  'send-digits': capability,
  flash: capability,
}) satisfies z.ZodType<Record<ExchangeCommand['type'], true | Reason>>;
