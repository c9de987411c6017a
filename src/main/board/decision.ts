import type { BoardCall } from '../../contract/board.ts';
import type { CallId } from '../../pbx-link/model/call.ts';
import type { ExchangeCommand } from '../../pbx-link/model/exchange-command.ts';
import type { Reason, ReasonKey } from '../../pbx-link/model/reason.ts';
import type { Placing } from './desk.ts';

/**
 * What a command comes to here and now. `subject` is the call that it acts on, which `call` and `expect` of the
 * command are held against (X5); `call` is the one that its outcome names.
 */
export type Plan =
  | {
      readonly ok: true;
      readonly subject: CallId | null;
      readonly call: CallId | null;
      readonly commands: readonly ExchangeCommand[];
      readonly placing: Placing | null;
      readonly dismiss: readonly CallId[];
    }
  | Refusal;

export type Refusal = { readonly ok: false; readonly reason: Reason };

export function refuse(key: ReasonKey): Refusal {
  return { ok: false, reason: { key } };
}

/** Acts on one call. */
export function act(call: BoardCall | null, ...commands: readonly ExchangeCommand[]): Plan {
  const id = call?.id ?? null;
  return { ok: true, subject: id, call: id, commands, placing: null, dismiss: [] };
}

/** The plan, which also puts away failed calls: they do not exist at the exchange any more. */
export function dismissing(plan: Plan, ...calls: readonly (BoardCall | null)[]): Plan {
  if (!plan.ok) return plan;
  const failed = calls.flatMap((call) => (call?.connection.state === 'failed' ? [call.id] : []));
  return { ...plan, dismiss: [...plan.dismiss, ...failed] };
}
