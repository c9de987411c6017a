import { effect, type Machine, type Step, start, stop, type TimerInput } from './machine.ts';
import { TRANSACTION_TIMEOUT } from './timers.ts';

/*
 * Non-INVITE server transaction, RFC 3261 17.2.2.
 *
 *   trying ──1xx──▶ proceeding ──200–699──▶ completed ──J──▶ terminated
 *      └─────────200–699────────────────────▶ ▲
 *
 * One timer is added: after 64*T1 the client has given up (its timer F), so a user that never answers must not keep
 * the transaction; RFC 4320 4.2 forbids a 408 then, so nothing is sent.
 */
export type NonInviteServerState =
  | { readonly name: 'trying' }
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed' }
  | { readonly name: 'terminated' };

export type NonInviteServerInput =
  | { readonly type: 'start' }
  | { readonly type: 'request' }
  | { readonly type: 'respond'; readonly status: number }
  | { readonly type: 'transport-error' };

const TERMINATED = { name: 'terminated' } as const;

export const nonInviteServerStart: NonInviteServerState = { name: 'trying' };

export const nonInviteServer: Machine<NonInviteServerState, NonInviteServerInput | TimerInput> = (
  state,
  input,
  reliable,
) => {
  switch (input.type) {
    case 'start':
      return { state, actions: [start('F', TRANSACTION_TIMEOUT)] };
    case 'request':
      // 17.2.2: Trying discards retransmissions, later states answer them with the last response.
      return { state, actions: state.name === 'trying' ? [] : [effect('retransmit')] };
    case 'respond':
      return onRespond(state, input.status, reliable);
    case 'transport-error':
      return { state: TERMINATED, actions: [effect('unreachable')] };
    case 'timer':
      if (input.timer === 'F') {
        return state.name === 'completed'
          ? { state, actions: [] }
          : { state: TERMINATED, actions: [effect('timeout')] };
      }
      return input.timer === 'J' ? { state: TERMINATED, actions: [] } : { state, actions: [] };
  }
};

function onRespond(
  state: NonInviteServerState,
  status: number,
  reliable: boolean,
): Step<NonInviteServerState> {
  if (state.name === 'completed' || state.name === 'terminated') return { state, actions: [] };
  if (status < 200) return { state: { name: 'proceeding' }, actions: [effect('transmit')] };
  // Timer J, 17.2.2: 64*T1 over UDP, zero over TCP.
  if (reliable) return { state: TERMINATED, actions: [effect('transmit')] };
  return {
    state: { name: 'completed' },
    actions: [stop('F'), effect('transmit'), start('J', TRANSACTION_TIMEOUT)],
  };
}
