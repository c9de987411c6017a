import { requestRoute } from '../dialog/request-route.ts';
import type { SipHeader, SipRequest } from '../message/sip-message.ts';
import type { Destination } from '../transport/transport-layer.ts';
import { completeRequest } from './complete-request.ts';
import type { DialogEntry } from './dialog-entry.ts';
import { newBranch } from './identifiers.ts';
import type { UserAgent } from './user-agent.ts';

/** What goes into a request of a dialog besides the dialog itself. */
export type InDialog = {
  readonly method: string;
  readonly sequence: number;
  readonly headers: readonly SipHeader[];
  readonly body: Buffer;
  /** A Request-URI of the client's own; null for the remote target. */
  readonly requestUri: string | null;
};

const EMPTY = Buffer.alloc(0);

/** A request with neither headers nor a body of its own. */
export function bareRequest(method: string, sequence: number, headers: readonly SipHeader[] = []): InDialog {
  return { method, sequence, headers, body: EMPTY, requestUri: null };
}

/** Builds a request inside a dialog and finds where it goes, RFC 3261 12.2.1.1. */
export function buildInDialog(ua: UserAgent, entry: DialogEntry, written: InDialog): Built | Promise<Built> {
  const route = requestRoute(entry.dialog);
  const destination = ua.transport().resolve(route.nextHop, written.body.length + 600);
  const build = (to: Destination): Built => ({
    request: completeRequest(
      written,
      {
        method: written.method,
        requestUri: written.requestUri ?? route.requestUri,
        routes: route.routes,
        from: entry.dialog.local,
        to: entry.dialog.remote,
        callId: entry.dialog.callId,
        sequence: written.sequence,
        branch: newBranch(),
        product: ua.product,
      },
      to,
    ),
    destination: to,
  });
  return destination instanceof Promise ? destination.then(build) : build(destination);
}

export type Built = { readonly request: SipRequest; readonly destination: Destination };
