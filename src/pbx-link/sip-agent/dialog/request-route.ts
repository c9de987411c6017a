import { formatSipUri, parseNameAddr, parseSipUri } from '../message/header-grammar.ts';
import type { Dialog } from './dialog.ts';

/** How a request inside a dialog is addressed. */
export type RequestRoute = {
  readonly requestUri: string;
  /** Route header values, in order. */
  readonly routes: readonly string[];
  /** The URI that the request is sent to. */
  readonly nextHop: string;
};

/** RFC 3261 12.2.1.1: loose routers get the remote target as Request-URI, a strict one (no `lr`) gets itself. */
export function requestRoute(dialog: Pick<Dialog, 'routeSet' | 'remoteTarget'>): RequestRoute {
  const [first, ...rest] = dialog.routeSet;
  const top = first === undefined ? null : (parseNameAddr(first)?.uri ?? null);
  if (top === null) return { requestUri: dialog.remoteTarget, routes: [], nextHop: dialog.remoteTarget };
  const uri = parseSipUri(top);
  if (uri?.params.has('lr')) {
    return { requestUri: dialog.remoteTarget, routes: dialog.routeSet, nextHop: top };
  }
  // What a Request-URI must not carry (19.1.1 table 1): headers and the method parameter.
  const params = new Map(uri?.params ?? []);
  params.delete('method');
  const requestUri = uri === null ? top : formatSipUri({ ...uri, params, headers: new Map() });
  return { requestUri, routes: [...rest, `<${dialog.remoteTarget}>`], nextHop: top };
}
