import { createSocket } from 'node:dgram';

/**
 * The address from which this PC reaches a host, as the system's routing table has it now: a connected UDP socket
 * sends nothing and knows. Null while there is no route or the name cannot be resolved.
 */
export function localAddressFor(host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const finish = (address: string | null) => {
      socket.close();
      resolve(address);
    };
    socket.once('error', () => finish(null));
    socket.connect(9, host, () => finish(socket.address().address));
  });
}
