import { effect, type Machine, type Step, start, stop, type TimerInput } from './machine.ts';
import { T1, TIMER_D, TRANSACTION_TIMEOUT } from './timers.ts';

/*
 * INVITE client transaction, RFC 3261 17.1.1 with the Accepted state of RFC 6026 8.4.
 *
 *   calling ──1xx──▶ proceeding ──2xx──▶ accepted ──M──▶ terminated
 *      │ └──2xx──────────────────────────▶ ▲
 *      │                  │
 *      └──300–699──▶ completed ◀┘ ──D──▶ terminated         B, transport error ──▶ terminated
 */
export type InviteClientState =
  | { readonly name: 'calling'; readonly interval: number }
  | { readonly name: 'proceeding' }
  | { readonly name: 'accepted' }
  | { readonly name: 'completed' }
  | { readonly name: 'terminated' };

export type InviteClientInput =
  | { readonly type: 'start' }
  | { readonly type: 'response'; readonly status: number }
  /** A CANCEL was sent for this INVITE. */
  | { readonly type: 'cancelled' }
  | { readonly type: 'transport-error' };

const TERMINATED = { name: 'terminated' } as const;

export const inviteClientStart: InviteClientState = { name: 'calling', interval: T1 };

export const inviteClient: Machine<InviteClientState, InviteClientInput | TimerInput> = (
  state,
  input,
  reliable,
) => {
  switch (input.type) {
    case 'start':
      return {
        state,
        actions: [
          effect('transmit'),
          // Timer A doubles from T1, over unreliable transports only (17.1.1.2); B ends the waiting.
          ...(reliable ? [] : [start('A', T1)]),
          start('B', TRANSACTION_TIMEOUT),
        ],
      };
    case 'response':
      return onResponse(state, input.status, reliable);
    case 'cancelled':
      // 9.1: without a final response within 64*T1 of the CANCEL the INVITE counts as cancelled.
      return state.name === 'calling' || state.name === 'proceeding'
        ? { state, actions: [start('cancelled', TRANSACTION_TIMEOUT)] }
        : { state, actions: [] };
    case 'transport-error':
      // RFC 6026 8.4: in Accepted the ACK is the user's, so its failure is not this transaction's.
      if (state.name === 'accepted') return { state, actions: [] };
      // 17.1.1.2: in Completed only the ACK failed; the user has its final response already.
      return { state: TERMINATED, actions: state.name === 'completed' ? [] : [effect('unreachable')] };
    case 'timer':
      return onTimer(state, input);
  }
};

function onResponse(state: InviteClientState, status: number, reliable: boolean): Step<InviteClientState> {
  if (state.name === 'completed') {
    // 17.1.1.2: a repeated failure is acknowledged again and not told.
    return { state, actions: status >= 300 ? [effect('acknowledge')] : [] };
  }
  if (state.name === 'accepted') {
    // RFC 6026 7.2: every 2xx goes up, whose user acknowledges it; nothing else does.
    return { state, actions: status >= 200 && status < 300 ? [effect('deliver')] : [] };
  }
  if (state.name === 'terminated') return { state, actions: [] };
  if (status < 200) {
    return { state: { name: 'proceeding' }, actions: [stop('A'), stop('B'), effect('deliver')] };
  }
  const done = [stop('A'), stop('B'), stop('cancelled')];
  if (status < 300) {
    // Timer M, RFC 6026 8.4: retransmitted and forked 2xx are taken for 64*T1.
    return {
      state: { name: 'accepted' },
      actions: [...done, start('M', TRANSACTION_TIMEOUT), effect('deliver')],
    };
  }
  // Timer D, 17.1.1.2: zero over reliable transports.
  if (reliable) return { state: TERMINATED, actions: [effect('acknowledge'), effect('deliver')] };
  return {
    state: { name: 'completed' },
    actions: [...done, start('D', TIMER_D), effect('acknowledge'), effect('deliver')],
  };
}

function onTimer(state: InviteClientState, input: TimerInput): Step<InviteClientState> {
  switch (input.timer) {
    case 'A': {
      if (state.name !== 'calling') return { state, actions: [] };
      const interval = state.interval * 2;
      return { state: { name: 'calling', interval }, actions: [effect('retransmit'), start('A', interval)] };
    }
    case 'B':
      return state.name === 'calling'
        ? { state: TERMINATED, actions: [effect('timeout')] }
        : { state, actions: [] };
    case 'cancelled':
      return { state: TERMINATED, actions: [effect('cancelled')] };
    case 'D':
    case 'M':
      return { state: TERMINATED, actions: [] };
    default:
      return { state, actions: [] };
  }
}
