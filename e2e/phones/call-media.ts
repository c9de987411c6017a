import type { Law } from './g711.ts';
import { openRtpStream, type RtpStream } from './rtp-stream.ts';
import {
  type AudioDescription,
  answerDirection,
  type Direction,
  formatSdp,
  parseSdp,
  targetOf,
} from './sdp.ts';

const EVENTS = 101;

/** One call's audio, driven by offers and answers. */
export type CallMedia = {
  readonly stream: RtpStream;
  /** What this side wants: `sendonly` while it holds. */
  want(direction: Direction): void;
  /** This side's offer; call `accept` with the answer. */
  offer(): string;
  /** Takes the other side's answer. */
  accept(answer: string): void;
  /** Answers the other side's offer. */
  answer(offer: string): string;
};

export async function openCallMedia(host: string, toneHz: number, laws: readonly Law[]): Promise<CallMedia> {
  const stream = await openRtpStream(host, toneHz);
  const id = Math.floor(Math.random() * 0x7fffffff);
  let version = 0;
  let wanted: Direction = 'sendrecv';

  function describe(choice: readonly Law[], events: number | null, direction: Direction): string {
    version += 1;
    stream.expectEvents(events);
    return formatSdp({ host, port: stream.port, id, version }, choice, events, direction);
  }

  function common(remote: AudioDescription): readonly Law[] {
    const both = remote.laws.filter((law) => laws.includes(law));
    if (both.length === 0) throw new Error('no codec in common');
    return both;
  }

  return {
    stream,
    want: (direction) => {
      wanted = direction;
    },
    offer: () => describe(laws, EVENTS, wanted),
    accept: (answer) => {
      const remote = parseSdp(answer);
      stream.sendTo(targetOf({ ...remote, laws: common(remote) }, wanted));
    },
    answer: (offer) => {
      const remote = parseSdp(offer);
      const choice = common(remote).slice(0, 1);
      const direction = answerDirection(remote.direction, wanted);
      const body = describe(choice, remote.events, direction);
      stream.sendTo(targetOf({ ...remote, laws: choice }, direction));
      return body;
    },
  };
}
