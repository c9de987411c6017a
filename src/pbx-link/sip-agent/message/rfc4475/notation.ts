/** One example of RFC 4475: the name of its file there, its section and its bytes. */
export type Example = { readonly name: string; readonly section: string; readonly bytes: Buffer };

/**
 * Makes the bytes of an example from the notation of RFC 4475 section 2.1: `<allOneLine>` joins lines,
 * `<hex>` stands for bytes, `<repeat count=n>` repeats; each line ends with CRLF. Beyond the RFC, `<length/>`
 * is the length of the body, and the text's first line end is left out.
 */
export function example(name: string, section: string, notation: string): Example {
  const text = notation
    .replace(/^\n/, '')
    .replaceAll(/<allOneLine>\n(.*?)<\/allOneLine>/gs, (_, lines: string) => lines.replaceAll('\n', ''))
    .replaceAll(/<repeat count=(\d+)>(.*?)<\/repeat>/g, (_, count: string, part: string) =>
      part.repeat(Number(count)),
    )
    .replaceAll('\n', '\r\n');
  const bytes = withHex(text);
  const mark = bytes.indexOf('<length/>');
  if (mark === -1) return { name, section, bytes };
  const body = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);
  const length = Buffer.from(String(body.length));
  return { name, section, bytes: Buffer.concat([bytes.subarray(0, mark), length, bytes.subarray(mark + 9)]) };
}

function withHex(text: string): Buffer {
  const parts = text.split(/<hex>([0-9A-F]*)<\/hex>/);
  return Buffer.concat(parts.map((part, index) => Buffer.from(part, index % 2 === 1 ? 'hex' : 'utf8')));
}

/** The session description that most examples carry. */
export const SDP = `v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.3
s=-
c=IN IP4 192.0.2.4
t=0 0
m=audio 49217 RTP/AVP 0 12
m=video 3227 RTP/AVP 31
a=rtpmap:31 LPC
`;
