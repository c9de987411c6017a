const HIDDEN = '[redacted]';

/** The whole value is secret. */
const SECRET_HEADER = /^\s*(?:proxy-)?authorization\s*:/i;
/** SDP lines that carry keys: RFC 4568 (crypto), RFC 8839 (ice-pwd), RFC 4567 (key-mgmt), RFC 8866 5.12 (k=). */
const SECRET_SDP = /^(?:a=(?:crypto|ice-pwd|key-mgmt)\b|k=)/i;
const DTMF_LINE = /^\s*(?:signal|digits?)\s*[=:]/i;
const SECRET_PARAMETER =
  /\b(nonce|cnonce|nextnonce|response|rspauth|opaque|password|secret)=(?:"[^"]*"?|[^\s,;"]*)/gi;
/** Requests and contents whose body is digits that somebody pressed (RFC 6086, RFC 4730). */
const DIGITS_BODY = [
  /^INFO /i,
  /^CSeq\s*:\s*\d+\s+INFO\b/i,
  /^(?:Content-Type|c)\s*:[^;]*(?:dtmf|telephone-event|kpml|digits)/i,
];

/**
 * A SIP message as text without what must not be written down: credentials, nonces, passwords in addresses, media
 * keys and pressed digits. Works on what is not well formed too, in linear time.
 */
export function redactSip(message: string): string {
  const lines = message.split(/\r\n|\r|\n/);
  const bodyAt = lines.indexOf('');
  const head = bodyAt < 0 ? lines : lines.slice(0, bodyAt);
  const body = bodyAt < 0 ? [] : lines.slice(bodyAt + 1);
  const hidden = head.some((line) => DIGITS_BODY.some((pattern) => pattern.test(line)));
  const shown = hidden && body.some((line) => line !== '') ? [HIDDEN] : body.map(redactLine);
  return [...redactHead(head), ...(bodyAt < 0 ? [] : ['', ...shown])].join('\r\n');
}

/** A folded line belongs to the header above it. */
function redactHead(lines: readonly string[]): readonly string[] {
  let secret = false;
  return lines.map((line) => {
    const folded = line.startsWith(' ') || line.startsWith('\t');
    if (folded && secret) return ` ${HIDDEN}`;
    secret = SECRET_HEADER.test(line);
    return secret ? `${line.slice(0, line.indexOf(':'))}: ${HIDDEN}` : redactLine(line);
  });
}

function redactLine(line: string): string {
  if (SECRET_SDP.test(line)) {
    const end = line.search(/[:=]/) === 1 && !/^k=/i.test(line) ? line.indexOf(':') : 1;
    return `${line.slice(0, end < 0 ? line.length : end + 1)}${HIDDEN}`;
  }
  if (DTMF_LINE.test(line)) return `${line.slice(0, line.search(/[=:]/) + 1)}${HIDDEN}`;
  return redactPasswords(line).replace(SECRET_PARAMETER, (_whole, name: string) => `${name}=${HIDDEN}`);
}

/** `sip:user:password@host`, also with its signs escaped, as in an address inside another one. */
function redactPasswords(line: string): string {
  if (!/@|%40/i.test(line)) return line;
  return line
    .split(/([\s<>",]+)/)
    .map(redactToken)
    .join('');
}

/** What stands between the first colon of a user part and its @. An escaped @ may still be a sign of the user part. */
function redactToken(token: string): string {
  const parts = token.split(/(@|%40)/i);
  let within: 'nothing' | 'user' | 'password' = 'nothing';
  return parts
    .map((part, index) => {
      if (index % 2 === 1) {
        if (part === '@') within = 'nothing';
        return part;
      }
      if (index === parts.length - 1) return part;
      if (within === 'password') return HIDDEN;
      const scheme = /sips?(?::|%3a)/i.exec(part);
      if (scheme === null && within === 'nothing') return part;
      const userAt = scheme === null ? 0 : scheme.index + scheme[0].length;
      const colon = part.slice(userAt).search(/:|%3a/i);
      within = colon < 0 ? 'user' : 'password';
      return colon < 0 ? part : `${part.slice(0, userAt + colon)}:${HIDDEN}`;
    })
    .join('');
}
