import { type Law, lawOf, PAYLOAD_TYPE } from './g711.ts';
import type { RtpTarget } from './rtp-stream.ts';

/** Session descriptions (RFC 4566) by offer and answer (RFC 3264), one audio stream each. */

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export type AudioDescription = {
  readonly host: string;
  readonly port: number;
  readonly laws: readonly Law[];
  readonly events: number | null;
  readonly direction: Direction;
};

/** Throws when there is no audio stream that this phone can take. */
export function parseSdp(body: string): AudioDescription {
  const lines = body.split(/\r?\n/);
  const audio = lines.findIndex((line) => line.startsWith('m=audio '));
  if (audio < 0) throw new Error('no audio in the session description');
  const [, port = '0', , ...types] = (lines[audio] ?? '').split(' ');
  const next = lines.findIndex((line, index) => index > audio && line.startsWith('m='));
  const media = lines.slice(audio + 1, next < 0 ? undefined : next);
  const find = (pattern: RegExp) =>
    [...media, ...lines.slice(0, audio)]
      .map((line) => pattern.exec(line)?.[1])
      .find((value) => value !== undefined);
  const laws = types.map((type) => lawOf(Number(type))).filter((law) => law !== null);
  if (laws.length === 0) throw new Error('neither PCMU nor PCMA is offered');
  const events = find(/^a=rtpmap:(\d+) telephone-event\/8000/i);
  return {
    host: find(/^c=IN IP4 (\S+)/) ?? '0.0.0.0',
    port: Number(port),
    laws,
    events: events === undefined ? null : Number(events),
    direction: (find(/^a=(sendrecv|sendonly|recvonly|inactive)\s*$/) as Direction | undefined) ?? 'sendrecv',
  };
}

export function formatSdp(
  local: { readonly host: string; readonly port: number; readonly id: number; readonly version: number },
  laws: readonly Law[],
  events: number | null,
  direction: Direction,
): string {
  const types = laws.map((law) => PAYLOAD_TYPE[law]);
  return [
    'v=0',
    `o=phone ${local.id} ${local.version} IN IP4 ${local.host}`,
    's=-',
    `c=IN IP4 ${local.host}`,
    't=0 0',
    `m=audio ${local.port} RTP/AVP ${[...types, ...(events === null ? [] : [events])].join(' ')}`,
    ...laws.map((law) => `a=rtpmap:${PAYLOAD_TYPE[law]} ${law}/8000`),
    ...(events === null ? [] : [`a=rtpmap:${events} telephone-event/8000`, `a=fmtp:${events} 0-16`]),
    'a=ptime:20',
    `a=${direction}`,
    '',
  ].join('\r\n');
}

/** RFC 3264 section 6.1: what may be answered to an offer by one who wants `wanted`. */
export function answerDirection(offered: Direction, wanted: Direction): Direction {
  const mayReceive = offered === 'sendrecv' || offered === 'sendonly';
  const maySend = offered === 'sendrecv' || offered === 'recvonly';
  const receive = mayReceive && (wanted === 'sendrecv' || wanted === 'recvonly');
  const send = maySend && (wanted === 'sendrecv' || wanted === 'sendonly');
  return send ? (receive ? 'sendrecv' : 'sendonly') : receive ? 'recvonly' : 'inactive';
}

/**
 * Where this phone's audio goes by what the other side described and what this side said itself. With `sendonly`
 * it holds, and sends nothing either, as desk phones without music of their own do.
 */
export function targetOf(remote: AudioDescription, own: Direction): RtpTarget {
  const wanted = remote.direction === 'sendrecv' || remote.direction === 'recvonly';
  const [law] = remote.laws;
  if (own !== 'sendrecv' || !wanted || law === undefined || remote.host === '0.0.0.0' || remote.port === 0)
    return null;
  return { host: remote.host, port: remote.port, law, events: remote.events };
}
