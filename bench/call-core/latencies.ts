/** Turns what the probe wrote down into the times of the figures: pure, so that it can be tried on written lines. */
export type ProbeLine =
  | {
      readonly kind: 'sip:received' | 'sip:sent';
      readonly at: string;
      readonly method?: string;
      readonly callId: string;
    }
  | { readonly kind: 'sip-link:delivered'; readonly call: string; readonly callId: string }
  | { readonly kind: 'contract:received'; readonly at: string; readonly type: string }
  | { readonly kind: 'contract:sent'; readonly at: string; readonly calls: readonly string[] };

/** A call that came to the console's socket. Times are nanoseconds of CLOCK_MONOTONIC. */
export type Arrival = {
  readonly callId: string;
  /** Its INVITE's datagram was handed over by the socket. */
  readonly at: bigint;
  /** Its name on the board; null when the link never delivered it. */
  readonly call: string | null;
  /** The first board with its row was handed to the contract's socket; null when none was. */
  readonly rowAt: bigint | null;
};

/** An answer command: when its frame was read, and when its first INVITE was handed to the socket. */
export type Answer = { readonly at: bigint; readonly sipAt: bigint | null };

/** An answered call as the bench saw it: when it gave the command, and when both sides heard each other. */
export type HeardCall = { readonly askedAt: bigint; readonly audioAt: bigint };

/** Pairs each INVITE with its own row, by the name that the link gave to its Call-ID. In the order of arrival. */
export function readArrivals(lines: readonly ProbeLine[]): readonly Arrival[] {
  const ours = new Set<string>();
  const invites = new Map<string, bigint>();
  const names = new Map<string, string>();
  const rows = new Map<string, bigint>();
  for (const line of lines) {
    switch (line.kind) {
      case 'sip:sent':
        if (line.method === 'INVITE' && !invites.has(line.callId)) ours.add(line.callId);
        break;
      case 'sip:received':
        // The first INVITE of a Call-ID that is not our own is a new call; later ones are re-INVITEs or repeats.
        if (line.method === 'INVITE' && !ours.has(line.callId) && !invites.has(line.callId))
          invites.set(line.callId, BigInt(line.at));
        break;
      case 'sip-link:delivered':
        names.set(line.callId, line.call);
        break;
      case 'contract:sent':
        for (const call of line.calls) if (!rows.has(call)) rows.set(call, BigInt(line.at));
        break;
      // A command is the affair of readAnswers.
      case 'contract:received':
        break;
    }
  }
  return [...invites].map(([callId, at]) => {
    const call = names.get(callId) ?? null;
    return { callId, at, call, rowAt: call === null ? null : (rows.get(call) ?? null) };
  });
}

/** The answer commands in their order, each with the first INVITE after it and before the next. */
export function readAnswers(lines: readonly ProbeLine[]): readonly Answer[] {
  const answers: Answer[] = [];
  for (const line of lines) {
    if (line.kind === 'contract:received' && line.type === 'answer') {
      answers.push({ at: BigInt(line.at), sipAt: null });
    } else if (line.kind === 'sip:sent' && line.method === 'INVITE') {
      const last = answers.at(-1);
      if (last !== undefined && last.sipAt === null)
        answers[answers.length - 1] = { at: last.at, sipAt: BigInt(line.at) };
    }
  }
  return answers;
}

/** In ms, of the calls that arrived at `from` or later and became a row. */
export function inviteToBoard(arrivals: readonly Arrival[], from: bigint): readonly number[] {
  return arrivals.flatMap(({ at, rowAt }) => (at < from || rowAt === null ? [] : [milliseconds(rowAt - at)]));
}

/**
 * In ms, from each command to its datagram and to its audio. A command belongs to the call during whose wait for audio
 * its frame was read: calls are answered one at a time, so that a call without a command shifts no other.
 */
export function commandLatencies(
  heard: readonly HeardCall[],
  answers: readonly Answer[],
): { readonly toSip: readonly number[]; readonly toAudio: readonly number[] } {
  const toSip: number[] = [];
  const toAudio: number[] = [];
  for (const { askedAt, audioAt } of heard) {
    const answer = answers.find(({ at }) => at >= askedAt && at < audioAt);
    if (answer === undefined) continue;
    toAudio.push(milliseconds(audioAt - answer.at));
    if (answer.sipAt !== null && answer.sipAt < audioAt) toSip.push(milliseconds(answer.sipAt - answer.at));
  }
  return { toSip, toAudio };
}

function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e6;
}
