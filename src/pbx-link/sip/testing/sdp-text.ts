/** Descriptions as an exchange writes them, and what a test asks of those it gets. */

export const EXCHANGE_HOST = '127.0.0.1';

export type Description = {
  readonly port: number;
  readonly direction?: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
  /** Payload types of the audio line; 0 and 8 need no explanation. */
  readonly formats?: string;
  /** Whole m= sections beside the audio, such as `m=video 4002 RTP/AVP 96`. */
  readonly others?: readonly string[];
  readonly version?: number;
};

export function describeAudio(description: Description): string {
  const { port, direction = 'sendrecv', formats = '0 8 101', others = [], version = 1 } = description;
  return describe(version, [
    `m=audio ${port} RTP/AVP ${formats}`,
    ...(formats.includes('101') ? ['a=rtpmap:101 telephone-event/8000'] : []),
    ...(formats.includes('120') ? ['a=rtpmap:120 FOREIGN/8000'] : []),
    `a=${direction}`,
    ...others,
  ]);
}

/** A fax alone (ITU-T T.38 annex D): no audio line is left. */
export function describeFax(port: number): string {
  return describe(2, [`m=image ${port} udptl t38`, 'a=T38FaxVersion:0']);
}

/** Sound that the desk does not speak: encrypted media only. */
export function describeEncrypted(port: number): string {
  return describe(1, [`m=audio ${port} RTP/SAVP 0 8`, 'a=sendrecv']);
}

function describe(version: number, sections: readonly string[]): string {
  const session = ['v=0', `o=exchange 1 ${version} IN IP4 ${EXCHANGE_HOST}`, 's=-'];
  return [...session, `c=IN IP4 ${EXCHANGE_HOST}`, 't=0 0', ...sections, ''].join('\r\n');
}

/** What a description says of the audio: where it wants it, in which direction, in which formats. */
export function audioOf(sdp: string): { port: number; direction: string; formats: string } {
  const line = /^m=audio (\d+) \S+ ([^\r\n]*)/m.exec(sdp);
  const direction = /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(sdp)?.[1] ?? 'sendrecv';
  return { port: Number(line?.[1] ?? -1), direction, formats: line?.[2] ?? '' };
}
