import type { ExchangeCommand, ExchangeOutcome } from './exchange-command.ts';
import type { ExchangeEvent } from './exchange-event.ts';
import type { Reason } from './reason.ts';

/** What this exchange can do: true, or why not. A screen greys what is not true and shows the reason. */
export type Capabilities = Readonly<Record<ExchangeCommand['type'], true | Reason>>;

/**
 * One exchange, whatever it speaks: SIP, or a TDM switch's serial dialect.
 *
 * Events are delivered in the order in which they happened, and those that a command caused before its outcome.
 * No method throws or rejects for what the exchange or the network does: that is an event or an outcome.
 *
 * Where `bind-headset` is no capability the operator's phone is the headset already: the link reports `headset` `bound`
 * by itself when it is up, and nobody waits for it; a link that needs no registration reports `line` `registered`
 * likewise. What is no capability is never asked for.
 */
export interface ExchangeLink {
  readonly capabilities: Capabilities;
  /** Begins to work and keeps trying; returns at once. Called once. */
  start(listener: (event: ExchangeEvent) => void): void;
  /** Settles within a bounded time, always. */
  execute(command: ExchangeCommand): Promise<ExchangeOutcome>;
  /** Asks the exchange for the truth; ends with a `snapshot` event, or with `link` down. */
  resync(): Promise<void>;
  /** Ends the operator's calls, frees the line, and settles within a few seconds. */
  stop(): Promise<void>;
}
