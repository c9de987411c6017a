/** Names whose capitals do not follow the hyphens. */
const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ['call-id', 'Call-ID'],
  ['cseq', 'CSeq'],
  ['www-authenticate', 'WWW-Authenticate'],
  ['mime-version', 'MIME-Version'],
  ['rseq', 'RSeq'],
  ['rack', 'RAck'],
  ['sip-etag', 'SIP-ETag'],
  ['sip-if-match', 'SIP-If-Match'],
  ['min-se', 'Min-SE'],
]);

/**
 * The usual spelling of a header name: drachtio-srf hands most names over in lower case. A name with a capital in it is
 * the application's own spelling and is left alone.
 */
export function headerName(name: string): string {
  const irregular = IRREGULAR.get(name.toLowerCase());
  if (irregular) return irregular;
  if (name !== name.toLowerCase()) return name;
  return name.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}
