import { effect, type Machine, type Step, start, type TimerInput } from './machine.ts';
import { T1, T2, T4, TRANSACTION_TIMEOUT } from './timers.ts';

/*
 * Non-INVITE client transaction, RFC 3261 17.1.2.
 *
 *   trying ──1xx──▶ proceeding ──200–699──▶ completed ──K──▶ terminated
 *      └─────────200–699────────────────────▶ ▲            F, transport error ──▶ terminated
 */
export type NonInviteClientState =
  | { readonly name: 'trying'; readonly interval: number }
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed' }
  | { readonly name: 'terminated' };

export type NonInviteClientInput =
  | { readonly type: 'start' }
  | { readonly type: 'response'; readonly status: number }
  | { readonly type: 'transport-error' };

const TERMINATED = { name: 'terminated' } as const;

export const nonInviteClientStart: NonInviteClientState = { name: 'trying', interval: T1 };

export const nonInviteClient: Machine<NonInviteClientState, NonInviteClientInput | TimerInput> = (
  state,
  input,
  reliable,
) => {
  switch (input.type) {
    case 'start':
      return {
        state,
        // Timer E from T1, over unreliable transports only; F ends the waiting (17.1.2.2).
        actions: [effect('transmit'), ...(reliable ? [] : [start('E', T1)]), start('F', TRANSACTION_TIMEOUT)],
      };
    case 'response':
      return onResponse(state, input.status, reliable);
    case 'transport-error':
      return state.name === 'completed'
        ? { state, actions: [] }
        : { state: TERMINATED, actions: [effect('unreachable')] };
    case 'timer':
      return onTimer(state, input);
  }
};

function onResponse(
  state: NonInviteClientState,
  status: number,
  reliable: boolean,
): Step<NonInviteClientState> {
  // 17.1.2.2: Completed buffers retransmissions of the final response, they are not told.
  if (state.name === 'completed' || state.name === 'terminated') return { state, actions: [] };
  if (status < 200) return { state: { name: 'proceeding' }, actions: [effect('deliver')] };
  // Timer K is T4 over UDP and zero over TCP.
  if (reliable) return { state: TERMINATED, actions: [effect('deliver')] };
  return {
    state: { name: 'completed' },
    actions: [{ type: 'stop', timer: 'E' }, { type: 'stop', timer: 'F' }, start('K', T4), effect('deliver')],
  };
}

function onTimer(state: NonInviteClientState, input: TimerInput): Step<NonInviteClientState> {
  switch (input.timer) {
    case 'E': {
      if (state.name === 'trying') {
        const interval = Math.min(state.interval * 2, T2);
        return { state: { name: 'trying', interval }, actions: [effect('retransmit'), start('E', interval)] };
      }
      // 17.1.2.2: a provisional does not stop the retransmissions, it slows them to T2.
      if (state.name === 'proceeding') return { state, actions: [effect('retransmit'), start('E', T2)] };
      return { state, actions: [] };
    }
    case 'F':
      return state.name === 'trying' || state.name === 'proceeding'
        ? { state: TERMINATED, actions: [effect('timeout')] }
        : { state, actions: [] };
    case 'K':
      return { state: TERMINATED, actions: [] };
    default:
      return { state, actions: [] };
  }
}
