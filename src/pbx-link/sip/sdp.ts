/**
 * The little of SDP (RFC 4566, RFC 3264) that joining two legs needs: the console has no media of its own, it hands
 * the address of one leg to the other and writes the `o=` line itself, because each leg is a session of its own.
 */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export type Media = {
  readonly address: string;
  readonly port: number;
  /** Payload types as written on the m= line, "0 8 101". */
  readonly formats: string;
  /** The rtpmap, fmtp and ptime lines that explain the formats. */
  readonly attributes: readonly string[];
  /** What the other side will do with it; sendrecv where it says nothing (RFC 3264 5.1). */
  readonly direction: Direction;
  /** m= lines beside the audio (video, fax): refused with port 0 when an offer is answered (RFC 3264 6). */
  readonly others: readonly string[];
};

const KEPT_ATTRIBUTE = /^a=(?:rtpmap|fmtp|ptime|maxptime):/;
const DIRECTION = /^a=(?:sendrecv|sendonly|recvonly|inactive)\s{0,4}$/;
const MAX_SDP = 16 * 1024;

/** What the console offers where it has no other leg's description to hand on: both G.711 laws and RFC 4733 digits. */
export const G711: Pick<Media, 'formats' | 'attributes' | 'direction' | 'others'> = {
  direction: 'sendrecv',
  formats: '0 8 101',
  attributes: [
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-16',
  ],
  others: [],
};

/** The first plain-RTP audio of a description; null if it has none or cannot be read. */
export function parseMedia(body: string): Media | null {
  if (body.length > MAX_SDP) return null;
  let sessionAddress: string | null = null;
  let audio: { port: number; formats: string; address: string | null; attributes: string[] } | null = null;
  let direction: Direction = 'sendrecv';
  let current: 'session' | 'audio' | 'other' = 'session';
  const others: string[] = [];
  for (const line of body.split(/\r?\n/)) {
    if (line.startsWith('m=')) {
      const [kind, port, profile, ...formats] = line.slice(2).trim().split(' ');
      if (kind === 'audio' && profile === 'RTP/AVP' && audio === null && /^\d{1,5}$/.test(port ?? '')) {
        audio = { port: Number(port), formats: formats.join(' '), address: null, attributes: [] };
        current = 'audio';
      } else {
        others.push(line.slice(2).trim());
        current = 'other';
      }
    } else if (line.startsWith('c=IN IP4 ')) {
      const address = line.slice(9).trim().split('/')[0] ?? '';
      if (current === 'session') sessionAddress = address;
      else if (current === 'audio' && audio) audio.address = address;
    } else if (current !== 'other' && DIRECTION.test(line)) {
      direction = line.slice(2).trim() as Direction;
    } else if (current === 'audio' && audio && KEPT_ATTRIBUTE.test(line)) {
      audio.attributes.push(line);
    }
  }
  const address = audio?.address ?? sessionAddress;
  if (!audio || !address || !/^[\d.]{7,15}$/.test(address) || audio.port > 65535) return null;
  const { port, formats, attributes } = audio;
  return { address, port, formats, attributes, direction, others };
}

/** Whether RTP would flow the same way: the `o=` line and the direction do not count. */
export function sameMedia(a: Media, b: Media): boolean {
  return a.address === b.address && a.port === b.port && a.formats === b.formats;
}

export type Session = { readonly id: number; readonly version: number; readonly host: string };

/** Writes a description for one leg; `refuse` are the m= lines of the offer that is being answered. */
export function writeSdp(
  session: Session,
  media: Media,
  direction: Direction,
  refuse: readonly string[] = [],
): string {
  const lines = [
    'v=0',
    `o=cordboard ${session.id} ${session.version} IN IP4 ${session.host}`,
    's=-',
    `c=IN IP4 ${media.address}`,
    't=0 0',
    `m=audio ${media.port} RTP/AVP ${media.formats}`,
    ...media.attributes,
    `a=${direction}`,
    ...refuse.map(refusedLine),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function refusedLine(line: string): string {
  const [kind, , ...rest] = line.split(' ');
  return `m=${kind} 0 ${rest.join(' ')}`;
}

/** The direction that answers an offer, when we would like `wanted` (RFC 3264 6.1): never more than what is offered. */
export function answerDirection(offered: Direction, wanted: Direction): Direction {
  const send =
    (offered === 'sendrecv' || offered === 'recvonly') && (wanted === 'sendrecv' || wanted === 'sendonly');
  const receive =
    (offered === 'sendrecv' || offered === 'sendonly') && (wanted === 'sendrecv' || wanted === 'recvonly');
  return send ? (receive ? 'sendrecv' : 'sendonly') : receive ? 'recvonly' : 'inactive';
}

/**
 * What of our media fits an offer: its formats in our order, with their explanations. Null when there is no voice
 * among them, which cannot be answered but by 488 (RFC 3261 13.3.1.3).
 */
export function commonMedia(ours: Media, offer: Media): Media | null {
  const offered = new Set(offer.formats.split(' '));
  const formats = ours.formats.split(' ').filter((format) => offered.has(format));
  const events = ours.attributes.filter((line) => line.includes('telephone-event')).map(formatOf);
  if (!formats.some((format) => !events.includes(format))) return null;
  const attributes = ours.attributes.filter((line) => {
    const format = formatOf(line);
    return format === null || formats.includes(format);
  });
  return { ...ours, formats: formats.join(' '), attributes };
}

function formatOf(attribute: string): string | null {
  return /^a=(?:rtpmap|fmtp):(\d{1,3})/.exec(attribute)?.[1] ?? null;
}
