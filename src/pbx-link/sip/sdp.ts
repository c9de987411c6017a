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
  /** m= lines beside the audio (video, fax): refused with port 0 when an offer is answered (RFC 3264 6). */
  readonly others: readonly string[];
};

const KEPT_ATTRIBUTE = /^a=(?:rtpmap|fmtp|ptime|maxptime):/;
const MAX_SDP = 16 * 1024;

/** What the console offers where it has no other leg's description to hand on: both G.711 laws and RFC 4733 digits. */
export const G711: Pick<Media, 'formats' | 'attributes' | 'others'> = {
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
    } else if (current === 'audio' && audio && KEPT_ATTRIBUTE.test(line)) {
      audio.attributes.push(line);
    }
  }
  const address = audio?.address ?? sessionAddress;
  if (!audio || !address || !/^[\d.]{7,15}$/.test(address) || audio.port > 65535) return null;
  return { address, port: audio.port, formats: audio.formats, attributes: audio.attributes, others };
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
