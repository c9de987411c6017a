/** Turns what the probe wrote down into the times of FIGURES: pure, so that it can be tried on written lines. */
export type ProbeLine = {
  readonly kind: 'sip:received' | 'sip:sent' | 'contract:received' | 'contract:sent';
  readonly at: string;
  readonly method?: string;
  readonly callId?: string;
  readonly type?: string;
  readonly calls?: readonly string[];
};

export type Latencies = {
  /** From the INVITE's datagram to the board with its row handed to the contract's socket, in ms. */
  readonly inviteToBoard: readonly number[];
  /** From the answer command's frame to its first datagram handed to the socket, in ms. */
  readonly commandToSip: readonly number[];
  /** When each answer command's frame was read, in ns. */
  readonly commandsAt: readonly bigint[];
  /** Initial INVITEs that came to the console's socket. */
  readonly invites: number;
  /** Of those, how many never became a row. */
  readonly lost: number;
};

export function readLatencies(lines: readonly ProbeLine[]): Latencies {
  const ours = new Set<string>();
  const invites = new Map<string, bigint>();
  const rows = new Set<string>();
  const rowsAt: bigint[] = [];
  const commandToSip: number[] = [];
  const commandsAt: bigint[] = [];
  let waiting: bigint | null = null;
  for (const line of lines) {
    const at = BigInt(line.at);
    if (line.kind === 'sip:sent' && line.method === 'INVITE' && line.callId) {
      if (!invites.has(line.callId)) ours.add(line.callId);
      if (waiting !== null) {
        commandToSip.push(milliseconds(at - waiting));
        waiting = null;
      }
    } else if (line.kind === 'sip:received' && line.method === 'INVITE' && line.callId) {
      // The first INVITE of a Call-ID that is not our own is a new call; later ones are re-INVITEs or repeats.
      if (!ours.has(line.callId) && !invites.has(line.callId)) invites.set(line.callId, at);
    } else if (line.kind === 'contract:received' && line.type === 'answer') {
      waiting = at;
      commandsAt.push(at);
    } else if (line.kind === 'contract:sent') {
      for (const id of line.calls ?? []) {
        if (rows.has(id)) continue;
        rows.add(id);
        rowsAt.push(at);
      }
    }
  }
  // The link keeps the order of arrival, so the n-th new row is the n-th new INVITE's.
  const inviteTimes = [...invites.values()];
  const inviteToBoard = rowsAt
    .slice(0, inviteTimes.length)
    .map((at, i) => milliseconds(at - (inviteTimes[i] as bigint)));
  return {
    inviteToBoard,
    commandToSip,
    commandsAt,
    invites: inviteTimes.length,
    lost: inviteTimes.length - rowsAt.length,
  };
}

export function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e6;
}
