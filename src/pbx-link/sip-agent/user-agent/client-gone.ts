import { buildResponse } from './build-response.ts';
import type { Client } from './client.ts';
import { dropDialog } from './end-dialog.ts';
import { cancelInvitation } from './invitation.ts';
import type { UserAgent } from './user-agent.ts';

/**
 * What becomes of a client's work when its connection is gone, as drachtio-server does it: its calls are not hung up,
 * for audio flows without the console; later requests in them get 481, by which the peer learns that nobody is here. A
 * client that connects again does not get them back. What still rings must not ring for ever: calls to us are answered
 * 503, calls of ours are cancelled (and a 2xx that crosses the CANCEL is taken and ended).
 */
export function clientGone(ua: UserAgent, client: Client): void {
  ua.clients.delete(client);
  for (const incoming of [...ua.incoming.values()]) {
    if (incoming.owner !== client) continue;
    const { transaction, localTag } = incoming;
    ua.incoming.delete(transaction.id);
    transaction.respond(buildResponse(transaction.request, 503, { tag: localTag }));
  }
  for (const invitation of ua.invitations.values()) {
    if (invitation.owner === client && invitation.cancel === 'none') cancelInvitation(ua, invitation, []);
  }
  for (const entry of [...ua.dialogs.all()]) {
    // A 2xx without ACK is repeated on: the peer may not have it, and its own timers would not end the call.
    if (entry.owner === client && entry.unacknowledged === null) dropDialog(ua, entry);
  }
}
