import { createSocket } from 'node:dgram';

/** A name that cannot be resolved by then is as good as no route. */
const LOOKUP_MS = 1500;

/**
 * The address from which this PC reaches a host, as the system's routing table has it now: a connected UDP socket
 * sends nothing and knows. Null while there is no route or the name cannot be resolved.
 */
export function localAddressFor(host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    let open = true;
    const finish = (address: string | null) => {
      if (!open) return;
      open = false;
      clearTimeout(late);
      socket.close();
      // A socket that found no route has the unspecified address, which must never get into a description.
      resolve(address === '0.0.0.0' ? null : address);
    };
    const late = setTimeout(() => finish(null), LOOKUP_MS);
    socket.once('error', () => finish(null));
    // Node hands the callback an error too, which its types do not say.
    socket.connect(9, host, (...args: unknown[]) => {
      if (args[0] instanceof Error) finish(null);
      else if (open) finish(socket.address().address);
    });
  });
}
