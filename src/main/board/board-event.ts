import type { OperatorCommandType } from '../../contract/operator-command.ts';
import type { CallId } from '../../pbx-link/model/call.ts';
import type { ExchangeCommand, ExchangeOutcome } from '../../pbx-link/model/exchange-command.ts';
import type { ExchangeEvent } from '../../pbx-link/model/exchange-event.ts';
import type { Capabilities } from '../../pbx-link/model/exchange-link.ts';
import type { Reason } from '../../pbx-link/model/reason.ts';
import type { Desk, Placing } from './desk.ts';

/** What happens to the board: the exchange's events, and the switchboard's own. */
export type BoardEvent =
  | ExchangeEvent
  | ({ readonly at: number } & (
      | ({ readonly type: 'command-issued'; readonly id: string; readonly by: 'operator' | 'desk' } & Issue)
      | { readonly type: 'command-settled'; readonly id: string; readonly result: ExchangeOutcome }
      | { readonly type: 'clock' }
      | { readonly type: 'capabilities'; readonly capabilities: Capabilities }
      | { readonly type: 'store'; readonly degraded: Reason | null }
    ));

/** What a decided command does when it goes out. */
export type Issue = {
  readonly command: OperatorCommandType;
  /** The call that the outcome names: a call being made has its new id here. */
  readonly call: CallId | null;
  readonly commands: readonly ExchangeCommand[];
  readonly placing: Placing | null;
  /** Failed calls that the operator has seen and that leave the board with this. */
  readonly dismiss: readonly CallId[];
};

/** `ignored`: known already or crossed on the way. `anomaly`: cannot be; the state is unchanged but for the count. */
export type Verdict = 'legal' | 'ignored' | 'anomaly';

/** `note` says for the log why an event was not followed, or what it repaired. */
export type Reduced = { readonly desk: Desk; readonly verdict: Verdict; readonly note: string | null };
