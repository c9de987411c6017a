/**
 * The state of an extension from a dialog-info document (RFC 4235), as far as a transfer needs it: whether the
 * target rings, talks or does nothing. Full lamps come with the extension panel.
 */
export type TargetState = 'idle' | 'ringing' | 'talking';

const MAX_BODY = 64 * 1024;

export function targetState(body: string): TargetState | null {
  if (body.length > MAX_BODY || !body.includes('<dialog-info')) return null;
  let state: TargetState = 'idle';
  for (let at = body.indexOf('<state'); at >= 0; at = body.indexOf('<state', at + 6)) {
    const open = body.indexOf('>', at);
    const close = open < 0 ? -1 : body.indexOf('<', open);
    if (close < 0) return null;
    const word = body.slice(open + 1, close).trim();
    if (word === 'confirmed') return 'talking';
    if (word === 'early' || word === 'trying' || word === 'proceeding') state = 'ringing';
  }
  return state;
}
