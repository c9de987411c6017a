import type { SipEvent } from '../wire/server-message.ts';

/** A program that drives the agent over the wire protocol, as the user agent core sees it. */
export type Client = {
  /** False once its connection is gone. */
  readonly open: boolean;
  /** Lower-case methods that it wants to serve outside dialogs. */
  readonly routes: Set<string>;
  /** Hands it a message from the network or the agent's own BYE. */
  event(event: SipEvent): void;
};
