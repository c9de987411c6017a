import { z } from 'zod';
import type { Reason } from '../pbx-link/model/reason.ts';
import { type Board, boardSchema } from './board.ts';
import { reasonSchema } from './model-schema.ts';
import { operatorCommandSchema } from './operator-command.ts';

/** The WebSocket's address, the largest frame that a client may send, and the longest reference. */
export const CONTRACT_PATH = '/contract';
export const MAX_CLIENT_FRAME_BYTES = 64 * 1024;
const MAX_REF_LENGTH = 64;

/** The client's own name for a request; the answer bears it again. */
export const refSchema = z.string().min(1).max(MAX_REF_LENGTH);

export const clientFrameSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('execute'), ref: refSchema, command: operatorCommandSchema }),
  z.strictObject({
    type: z.literal('query'),
    ref: refSchema,
    name: z.string().min(1).max(MAX_REF_LENGTH),
    args: z.unknown(),
  }),
  z.strictObject({ type: z.literal('board:get'), ref: refSchema }),
]);
export type ClientFrame = z.infer<typeof clientFrameSchema>;

/** `ok` means sent: the board's outcome of that id says what became of it. */
export const commandResultSchema = z.union([
  z.strictObject({ ok: z.literal(true), id: z.string() }),
  z.strictObject({ ok: z.literal(false), reason: reasonSchema }),
]);
export type CommandResult =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly reason: Reason };

/** Why a frame could not be served at all; not to be mixed up with a refused command. */
export const FRAME_ERRORS = [
  'bad-frame',
  'bad-command',
  'unknown-query',
  'bad-arguments',
  'query-failed',
] as const;
export type FrameError = (typeof FRAME_ERRORS)[number];

export const serverFrameSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('board'), ref: refSchema.exactOptional(), board: boardSchema }),
  z.strictObject({ type: z.literal('result'), ref: refSchema, result: z.unknown() }),
  z.strictObject({
    type: z.literal('error'),
    ref: refSchema.nullable(),
    reason: z.enum(FRAME_ERRORS),
    message: z.string(),
  }),
]);

/** A board frame bears a `ref` only when it answers `board:get`. */
export type ServerFrame =
  | { readonly type: 'board'; readonly ref?: string; readonly board: Board }
  | { readonly type: 'result'; readonly ref: string; readonly result: unknown }
  | {
      readonly type: 'error';
      readonly ref: string | null;
      readonly reason: FrameError;
      readonly message: string;
    };
