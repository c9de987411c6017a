import { effect, type Machine, type Step, start, stop, type TimerInput } from './machine.ts';
import { T1, T2, T4, TRANSACTION_TIMEOUT } from './timers.ts';

/*
 * INVITE server transaction, RFC 3261 17.2.1 with the Accepted state of RFC 6026 8.7.
 *
 *   proceeding ──2xx──▶ accepted ──L──▶ terminated
 *      └──300–699──▶ completed ──ACK──▶ confirmed ──I──▶ terminated
 *                        └──H──▶ terminated
 */
export type InviteServerState =
  | { readonly name: 'proceeding' }
  | { readonly name: 'accepted' }
  | { readonly name: 'completed'; readonly interval: number }
  | { readonly name: 'confirmed' }
  | { readonly name: 'terminated' };

export type InviteServerInput =
  /** The request again: same branch, same sender. */
  | { readonly type: 'request' }
  | { readonly type: 'acknowledgement' }
  | { readonly type: 'respond'; readonly status: number }
  | { readonly type: 'transport-error' };

const TERMINATED = { name: 'terminated' } as const;

export const inviteServerStart: InviteServerState = { name: 'proceeding' };

export const inviteServer: Machine<InviteServerState, InviteServerInput | TimerInput> = (
  state,
  input,
  reliable,
) => {
  switch (input.type) {
    case 'request':
      // 17.2.1: the last provisional or the failure again. RFC 6026 7.1: Accepted absorbs it; the user repeats the 2xx.
      return {
        state,
        actions: state.name === 'proceeding' || state.name === 'completed' ? [effect('retransmit')] : [],
      };
    case 'acknowledgement':
      return onAcknowledgement(state, reliable);
    case 'respond':
      return onRespond(state, input.status, reliable);
    case 'transport-error':
      // RFC 6026 8.8: the user is told and the machine stays, for the peer may send the request again.
      return { state, actions: state.name === 'confirmed' ? [] : [effect('unreachable')] };
    case 'timer':
      return onTimer(state, input);
  }
};

function onAcknowledgement(state: InviteServerState, reliable: boolean): Step<InviteServerState> {
  // RFC 6026 8.7: an ACK to a 2xx with the same branch (RFC 2543 peers) is the user's.
  if (state.name === 'accepted') return { state, actions: [effect('deliver')] };
  if (state.name !== 'completed') return { state, actions: [] };
  // Timer I, 17.2.1: T4 to absorb further ACKs over UDP, zero over TCP.
  if (reliable) return { state: TERMINATED, actions: [] };
  return { state: { name: 'confirmed' }, actions: [stop('G'), stop('H'), start('I', T4)] };
}

function onRespond(state: InviteServerState, status: number, reliable: boolean): Step<InviteServerState> {
  if (state.name === 'accepted') {
    // RFC 6026 8.7: the user's repeated 2xx pass through.
    return { state, actions: status >= 200 && status < 300 ? [effect('retransmit')] : [] };
  }
  if (state.name !== 'proceeding') return { state, actions: [] };
  if (status < 200) return { state, actions: [effect('transmit')] };
  if (status < 300) {
    // Timer L, RFC 6026 8.7.
    return { state: { name: 'accepted' }, actions: [effect('transmit'), start('L', TRANSACTION_TIMEOUT)] };
  }
  return {
    state: { name: 'completed', interval: T1 },
    // Timer G over unreliable transports only; H waits for the ACK over all (17.2.1).
    actions: [effect('transmit'), ...(reliable ? [] : [start('G', T1)]), start('H', TRANSACTION_TIMEOUT)],
  };
}

function onTimer(state: InviteServerState, input: TimerInput): Step<InviteServerState> {
  switch (input.timer) {
    case 'G': {
      if (state.name !== 'completed') return { state, actions: [] };
      const interval = Math.min(state.interval * 2, T2);
      return {
        state: { name: 'completed', interval },
        actions: [effect('retransmit'), start('G', interval)],
      };
    }
    case 'H':
      return state.name === 'completed'
        ? { state: TERMINATED, actions: [effect('timeout')] }
        : { state, actions: [] };
    case 'I':
    case 'L':
      return { state: TERMINATED, actions: [] };
    default:
      return { state, actions: [] };
  }
}
