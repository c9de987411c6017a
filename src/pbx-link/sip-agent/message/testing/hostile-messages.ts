/** A message that grows with `size` to about as many bytes, made to keep a backtracking reader busy. */
export type HostileFamily = { readonly name: string; readonly of: (size: number) => Buffer };

type Parts = {
  readonly line?: string;
  readonly from?: string;
  readonly more?: readonly string[];
  readonly body?: string;
};

function request({ line, from, more = [], body = '' }: Parts): Buffer {
  return Buffer.from(
    [
      line ?? 'INVITE sip:8000@192.0.2.1 SIP/2.0',
      'Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK1',
      `From: ${from ?? '<sip:101@192.0.2.9>;tag=a'}`,
      'To: <sip:8000@192.0.2.1>',
      'Call-ID: hostile@192.0.2.9',
      'CSeq: 1 INVITE',
      'Contact: <sip:101@192.0.2.9>',
      ...more,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}

const many = (part: string, size: number): string => part.repeat(Math.ceil(size / part.length));

/** The same value on as many lines, each short enough to pass as a line. */
function lines(name: string, value: string, size: number): string[] {
  const line = `${name}: ${value}`;
  return new Array<string>(Math.ceil(size / (line.length + 2))).fill(line);
}

/** A sound part of a multipart body, and the beginning of the next. */
const PART = '--a\r\n\r\nx\r\n\r\n--a\r\n';

export const HOSTILE_FAMILIES: readonly HostileFamily[] = [
  { name: 'blanks before the address', of: (size) => request({ from: `"a"${many(' ', size)}x` }) },
  { name: 'blanks after the bracket', of: (size) => request({ from: `<${many(' ', size)}` }) },
  { name: 'blanks between tokens', of: (size) => request({ from: `${many('a ', size)}` }) },
  {
    name: 'wide blanks in a display name',
    of: (size) => request({ from: `"${many('\u3000', size / 3)}" <sip:a@b>;tag=a` }),
  },
  { name: 'quotes', of: (size) => request({ from: many('"', size) }) },
  { name: 'escaped quotes', of: (size) => request({ from: `"${many('\\"', size)}` }) },
  { name: 'brackets', of: (size) => request({ from: many('<', size) }) },
  { name: 'parameters without value', of: (size) => request({ from: `<sip:a@b>${many(';a', size)}` }) },
  { name: 'parameters of a URI', of: (size) => request({ from: `<sip:a${many(';a', size)};;x:y>;tag=a` }) },
  { name: 'schemes', of: (size) => request({ line: `INVITE ${many('sip:', size)} SIP/2.0` }) },
  { name: 'start line', of: (size) => request({ line: `INVITE ${many('a', size)}` }) },
  { name: 'folds', of: (size) => request({ more: [`Subject: a${many('\r\n ', size)}`] }) },
  { name: 'folds with text', of: (size) => request({ more: [`Subject: a${many('\r\n a', size)}`] }) },
  { name: 'one long header', of: (size) => request({ more: [`Subject: ${many('a', size)}`] }) },
  { name: 'a name without colon', of: (size) => request({ more: [many('a', size)] }) },
  { name: 'short header lines', of: (size) => request({ more: lines('a', '', size) }) },
  { name: 'contacts', of: (size) => request({ more: lines('m', '<sip:a@b>', size) }) },
  {
    name: 'contacts with blanks in their names',
    of: (size) => request({ more: lines('m', `"${'a'.repeat(70)}${' '.repeat(120)}" <sip:a@b>`, size) }),
  },
  {
    name: 'contacts with short blanks in their names',
    of: (size) => request({ more: lines('m', `"${`a${' '.repeat(16)}`.repeat(5)}" <sip:a@b>`, size) }),
  },
  {
    name: 'schemes in a display name',
    of: (size) => request({ from: `"${many('sip:', size)}" <tel:1>;tag=a` }),
  },
  {
    name: 'contacts on one line',
    of: (size) => request({ more: [`m: <sip:a@b>${many(',<sip:a@b>', size)}`] }),
  },
  {
    name: 'Vias on one line',
    of: (size) => request({ more: [`v: SIP/2.0/UDP a${many(',SIP/2.0/UDP a', size)}`] }),
  },
  { name: 'routes', of: (size) => request({ more: lines('Route', `<sip:a${many(';a', 500)}>`, size) }) },
  { name: 'challenges', of: (size) => request({ more: lines('WWW-Authenticate', 'Digest a=b', size) }) },
  { name: 'challenge of one word', of: (size) => request({ more: [`Authorization: ${many('a', size)}`] }) },
  { name: 'identities', of: (size) => request({ more: lines('P-Asserted-Identity', '<sip:a@b>', size) }) },
  { name: 'escaped names', of: (size) => request({ more: lines('%66rom', `<${many(' ', 4000)}`, size) }) },
  {
    name: 'boundary of a multipart type',
    of: (size) => request({ more: [`Content-Type: multipart/mixed${many('; a=b', size)}`], body: 'x' }),
  },
  {
    name: 'blanks in a part of a multipart body',
    of: (size) =>
      request({
        more: ['Content-Type: multipart/mixed;boundary=a'],
        body: `${PART}Content-Type:${many(' ', size)}x`,
      }),
  },
  {
    name: 'types in a part of a multipart body',
    of: (size) =>
      request({
        more: ['Content-Type: multipart/mixed;boundary=a'],
        body: `${PART}${many('Content-Type:  ', size)}`,
      }),
  },
  { name: 'blank lines before the message', of: (size) => Buffer.from(many('\r\n', size)) },
  { name: 'carriage returns', of: (size) => Buffer.from(many('\r', size)) },
];
