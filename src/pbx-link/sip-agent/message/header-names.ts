/** Compact forms of header names (RFC 3261 7.3.3 and the IANA registry of SIP header fields). */
const LONG_NAME: Readonly<Record<string, string>> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  n: 'Identity-Info',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
  y: 'Identity',
};

/** The long name of a compact one; any other name is returned as it is written. */
export function expandHeaderName(name: string): string {
  if (name.length !== 1) return name;
  return LONG_NAME[name.toLowerCase()] ?? name;
}
