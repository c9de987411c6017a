import { INVITE_USAGE } from '../dialog/subscription.ts';
import { type Built, bareRequest, buildInDialog } from './build-in-dialog.ts';
import type { DialogEntry } from './dialog-entry.ts';
import { dropDialog, endUsage } from './end-dialog.ts';
import type { UserAgent } from './user-agent.ts';

/** Ends a session by the agent's own decision: BYE with a Reason, and the client is told by that very BYE. */
export function endByAgent(ua: UserAgent, entry: DialogEntry, why: string): void {
  if (entry.ending) return;
  entry.ending = true;
  const sequence = entry.dialog.localSequence + 1;
  entry.dialog = { ...entry.dialog, localSequence: sequence };
  ua.tally.note('warn', `call ended by the agent: ${why}`, entry.dialog.callId);
  const send = ({ request, destination }: Built) => {
    const end = () => endUsage(ua, entry, INVITE_USAGE);
    const transaction = ua.clientTransactions.create(request, destination, { response: end, failed: end });
    entry.owner?.event({
      source: 'application',
      bytes: transaction.sent.bytes.length,
      peer: {
        transport: destination.transport,
        address: destination.local.address,
        port: destination.local.port,
      },
      transactionId: 'unsolicited',
      dialogId: entry.dialog.id,
      message: transaction.sent.bytes,
    });
    transaction.start();
  };
  const failed = (error: unknown) => {
    ua.tally.dropped('BYE that cannot be sent', String(error));
    dropDialog(ua, entry);
  };
  try {
    const reason = { name: 'Reason', value: `SIP;cause=200;text="${why}"` };
    const built = buildInDialog(ua, entry, bareRequest('BYE', sequence, [reason]));
    if (built instanceof Promise) built.then(send, failed);
    else send(built);
  } catch (error) {
    failed(error);
  }
}
