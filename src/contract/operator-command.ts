import { z } from 'zod';
import {
  callIdSchema,
  connectionStateSchema,
  extendedStateSchema,
  MAX_NUMBER_LENGTH,
} from './model-schema.ts';

/**
 * X5: a command may name the call that it is for and the state in which the sender saw it. It is refused when the
 * call is gone, is not the one that the command would act on, or has moved on. A call's id names the leg: it is the
 * operator's connection to one party.
 */
const aimed = { call: callIdSchema.exactOptional(), expect: connectionStateSchema.exactOptional() };
const named = { call: callIdSchema, expect: connectionStateSchema.exactOptional() };

/** Which characters can be dialled is the desk's to judge (`bad-number`); the length is bounded here. */
const number = z.string().min(1).max(MAX_NUMBER_LENGTH);

const command = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), ...shape });

export const operatorCommandSchema = z.discriminatedUnion('type', [
  command('bind-headset', {}),
  command('reset-headset', {}),
  command('unbind-headset', {}),
  command('check-seat', {}),
  /** Without a call: the most urgent one. */
  command('answer', aimed),
  command('reject', { ...named, cause: z.enum(['busy', 'declined']) }),
  /** Digits, then Enter: what they mean depends on what is in hand. */
  command('dial', { ...aimed, digits: number }),
  /** The call that it names is the one in hand, which is held for it. */
  command('call', { ...aimed, number }),
  command('consult', { ...aimed, number }),
  /** Blind. */
  command('transfer', { ...aimed, number }),
  /** By hand. */
  command('hold', aimed),
  command('retrieve', named),
  command('swap', aimed),
  command('mute', { ...aimed, on: z.boolean() }),
  command('release-source', aimed),
  command('release-destination', aimed),
  command('clear', named),
  command('complete', aimed),
  command('reconnect', aimed),
  /** Without a call: the last transfer that still rings. It has left the desk, so its state is one of those. */
  command('take-back', { call: callIdSchema.exactOptional(), expect: extendedStateSchema.exactOptional() }),
  command('leave', aimed),
  command('enter', aimed),
  command('take', named),
  command('send-digits', { ...aimed, digits: number }),
  command('flash', aimed),
  /** Dismisses a call that came to nothing. */
  command('acknowledge', named),
]);

export type OperatorCommand = Readonly<z.infer<typeof operatorCommandSchema>>;
export type OperatorCommandType = OperatorCommand['type'];

export const OPERATOR_COMMAND_TYPES: readonly OperatorCommandType[] = operatorCommandSchema.options.map(
  (option) => option.shape.type.value,
);
