import type { Board, BoardCall } from '../../contract/board.ts';
import type { CallId } from '../../pbx-link/model/call.ts';
import type { ExchangeCommand } from '../../pbx-link/model/exchange-command.ts';
import type { Capabilities } from '../../pbx-link/model/exchange-link.ts';
import type { Reason } from '../../pbx-link/model/reason.ts';

/** The site's choices that change what a key means. */
export type DeskPolicy = {
  readonly dialInCall: 'consult' | 'transfer';
  /** 0: no recall. */
  readonly holdRecallSeconds: number;
  readonly bindAtStart: boolean;
  readonly commandSeconds: number;
};

/** A command on its way: what it touches may not be touched by another one meanwhile (X5). */
export type Pending = {
  readonly id: string;
  readonly by: 'operator' | 'desk';
  readonly commands: readonly ExchangeCommand[];
  readonly touches: readonly Touch[];
  /** A call being made, and the call that it is a consultation for; null: a call of its own. */
  readonly placing: Placing | null;
  readonly deadline: number;
};

export type Placing = { readonly call: CallId; readonly source: CallId | null };

/**
 * A command that sent a call away or made one. Its outcome says that the exchange took it; what came of it the call
 * tells later. `failure`: the call has told already, and the link has not settled the command yet.
 */
export type Followed = { readonly id: string; readonly call: CallId; readonly failure: Reason | null };

/** A call, or one of the things that a position has only one of. */
export type Touch = CallId | '#hand' | '#headset' | '#mute' | '#seat';

/**
 * The board and what the desk remembers behind it. `returnDue`: the call in hand ended, so the last call held by
 * itself returns (B24). Plain data; only `reduce` makes a new one.
 */
export type Desk = {
  readonly board: Board;
  readonly policy: DeskPolicy;
  readonly pending: readonly Pending[];
  readonly followed: readonly Followed[];
  readonly returnDue: boolean;
  readonly boundOnce: boolean;
};

export type NewDesk = {
  readonly epoch: string;
  readonly at: number;
  readonly line: string;
  readonly headset: string;
  readonly capabilities: Capabilities;
  readonly policy: DeskPolicy;
};

/** A desk at its start: nothing is known of the exchange yet. */
export function newDesk({ epoch, at, line, headset, capabilities, policy }: NewDesk): Desk {
  return {
    board: {
      epoch,
      revision: 0,
      at,
      link: { state: 'connecting', since: at, reason: null },
      line: { number: line, state: 'unregistered', since: at, reason: null },
      headset: { number: headset, state: 'unbound', since: at, reason: null, muted: false },
      seat: { checkedAt: null, items: [] },
      calls: [],
      source: null,
      destination: null,
      extended: [],
      ended: [],
      outcomes: [],
      capabilities,
      anomalies: 0,
      degraded: null,
    },
    policy,
    pending: [],
    followed: [],
    returnDue: false,
    boundOnce: false,
  };
}

/** Somebody can be brought to the operator. A phone that needs no binding is always there. */
export function hasHeadset({ headset, capabilities }: Board): boolean {
  return headset.state === 'bound' || capabilities['bind-headset'] !== true;
}

export function callOf(board: Board, id: CallId | null): BoardCall | null {
  return board.calls.find((call) => call.id === id) ?? null;
}

/** The operator speaks with the party, or is on the way to. */
export function isInHand({ connection: { state } }: BoardCall): boolean {
  return state === 'connected' || state === 'initiated' || state === 'alerting';
}

export function connectedCall(board: Board): BoardCall | null {
  return board.calls.find(({ connection }) => connection.state === 'connected') ?? null;
}

/** A call being made that nobody has answered; it can be neither held nor left. */
export function unansweredCall(board: Board): BoardCall | null {
  return (
    board.calls.find(({ connection: { state } }) => state === 'initiated' || state === 'alerting') ?? null
  );
}

export function touchesOf(command: ExchangeCommand): readonly Touch[] {
  switch (command.type) {
    case 'bind-headset':
    case 'unbind-headset':
      return ['#headset'];
    case 'check-seat':
      return ['#seat'];
    case 'mute':
      return ['#mute'];
    case 'answer':
    case 'make-call':
    case 'retrieve':
    case 'take-back':
      return command.hold === null ? [command.call, '#hand'] : [command.call, command.hold, '#hand'];
    case 'hold':
      return [command.call, '#hand'];
    case 'reconnect':
      return [command.call, command.clear, '#hand'];
    case 'join':
      return [command.source, command.destination, '#hand'];
    case 'reject':
    case 'clear':
    case 'transfer':
      return [command.call];
    // Digits follow one another faster than they are confirmed.
    case 'send-digits':
    case 'flash':
      return [];
  }
}
