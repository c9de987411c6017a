import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode, FRAME, type Law, lawOf, PAYLOAD_TYPE } from './g711.ts';
import { amplitudeAt, type Heard, listen, TONE_AMPLITUDE, toneLoop } from './tone.ts';

/** How much of the past is listened to at once. */
const LISTEN_MS = 120;
/** How many packets are kept for `firstHeard`: ten seconds. */
const KEPT = 500;
const FRAME_MS = 20;
const KEYS = '0123456789*#ABCD';
/** RFC 4733: how long a key is pressed, and the pause after it. */
const KEY_MS = 160;
const PAUSE_MS = 100;
const EVENT_VOLUME = 10;

/** Where and how audio is sent to; null: nothing is sent. */
export type RtpTarget = {
  readonly host: string;
  readonly port: number;
  readonly law: Law;
  /** The payload type of RFC 4733 events, or null. */
  readonly events: number | null;
} | null;

type Packet = { readonly at: bigint; readonly samples: Int16Array };

export type RtpStream = {
  readonly port: number;
  /** Sends the phone's tone there from now on. */
  sendTo(target: RtpTarget): void;
  /** What payload type events arrive with. */
  expectEvents(payloadType: number | null): void;
  hears(): Heard;
  /** When the first packet with this tone came after `mark`, both in nanoseconds of `process.hrtime`. */
  firstHeard(hz: number, mark: bigint): bigint | null;
  sendDigits(digits: string): Promise<void>;
  /** The keys received so far. */
  digits(): string;
  close(): Promise<void>;
};

/** One call's audio: sends a tone of `toneHz` each 20 ms, and keeps what comes. */
export async function openRtpStream(host: string, toneHz: number): Promise<RtpStream> {
  const socket = createSocket('udp4');
  socket.on('error', () => {});
  socket.on('message', receive);
  socket.bind(0, host);
  await once(socket, 'listening');

  const loops = new Map<Law, Buffer>();
  const packets: Packet[] = [];
  let target: RtpTarget = null;
  let eventType: number | null = null;
  let received = '';
  let lastEvent = -1;
  let sequence = Math.floor(Math.random() * 0x8000);
  let timestamp = 0;
  let pressing = Promise.resolve();
  let key: { code: number; timestamp: number; frames: number } | null = null;
  let open = true;
  const source = Math.floor(Math.random() * 0xffffffff);
  const began = performance.now();
  let sent = 0;
  const ticker = setInterval(tick, FRAME_MS / 2);

  /** Keeps to the clock however late the timer is. */
  function tick(): void {
    const due = Math.floor((performance.now() - began) / FRAME_MS);
    // After a long pause of this process the old packets are of no use.
    if (due - sent > 10) {
      timestamp += (due - sent - 1) * FRAME;
      sent = due - 1;
    }
    for (; sent < due; sent += 1) sendFrame();
  }

  function sendFrame(): void {
    timestamp = (timestamp + FRAME) >>> 0;
    if (target === null) return;
    if (key !== null && target.events !== null) {
      sendEvent(target.events, target.port, target.host);
      return;
    }
    const { law } = target;
    const loop = loops.get(law) ?? toneLoop(law, toneHz);
    loops.set(law, loop);
    const from = ((timestamp / FRAME) % 50) * FRAME;
    sendPacket(
      PAYLOAD_TYPE[law],
      timestamp,
      loop.subarray(from, from + FRAME),
      false,
      target.port,
      target.host,
    );
  }

  /** RFC 4733 section 2.3: all packets of one key have the timestamp of its beginning; the last is sent thrice. */
  function sendEvent(type: number, port: number, address: string): void {
    if (key === null) return;
    const first = key.frames === 0;
    if (first) key.timestamp = timestamp;
    key.frames += 1;
    const last = key.frames * FRAME_MS >= KEY_MS;
    const event = Buffer.from([key.code, (last ? 0x80 : 0) | EVENT_VOLUME, 0, 0]);
    event.writeUInt16BE(key.frames * FRAME, 2);
    for (let copy = 0; copy < (last ? 3 : 1); copy += 1)
      sendPacket(type, key.timestamp, event, first, port, address);
    if (last) key = null;
  }

  function sendPacket(
    type: number,
    time: number,
    payload: Buffer,
    marker: boolean,
    port: number,
    address: string,
  ): void {
    const header = Buffer.alloc(12);
    header[0] = 0x80;
    header[1] = type | (marker ? 0x80 : 0);
    sequence = (sequence + 1) & 0xffff;
    header.writeUInt16BE(sequence, 2);
    header.writeUInt32BE(time >>> 0, 4);
    header.writeUInt32BE(source, 8);
    if (open) socket.send(Buffer.concat([header, payload]), port, address);
  }

  function receive(packet: Buffer): void {
    if (packet.length < 12 || packet.length > 2048 || (packet[0] ?? 0) >> 6 !== 2) return;
    const type = (packet[1] ?? 0) & 0x7f;
    const payload = packet.subarray(12 + 4 * ((packet[0] ?? 0) & 0x0f));
    if (type === eventType) {
      receiveEvent(packet.readUInt32BE(4), payload);
      return;
    }
    const law = lawOf(type);
    if (law === null) return;
    packets.push({ at: process.hrtime.bigint(), samples: decode(law, payload) });
    if (packets.length > KEPT) packets.shift();
  }

  function receiveEvent(time: number, payload: Buffer): void {
    if (payload.length < 4 || time === lastEvent) return;
    lastEvent = time;
    received = (received + (KEYS[payload[0] ?? 0xff] ?? '')).slice(-1000);
  }

  async function press(digits: string): Promise<void> {
    for (const digit of digits) {
      if (!open) return;
      key = { code: KEYS.indexOf(digit), timestamp: 0, frames: 0 };
      await new Promise((resolve) => setTimeout(resolve, KEY_MS + PAUSE_MS));
    }
  }

  return {
    port: socket.address().port,
    sendTo: (next) => {
      target = next;
    },
    expectEvents: (payloadType) => {
      eventType = payloadType;
    },
    hears: () => {
      const since = process.hrtime.bigint() - BigInt(LISTEN_MS) * 1_000_000n;
      const heard = packets.filter((packet) => packet.at >= since);
      const samples = new Int16Array(heard.reduce((sum, packet) => sum + packet.samples.length, 0));
      let offset = 0;
      for (const packet of heard) {
        samples.set(packet.samples, offset);
        offset += packet.samples.length;
      }
      return listen(samples, heard.length);
    },
    firstHeard: (hz, mark) =>
      packets.find(
        ({ at, samples }) => at >= mark && Math.abs(amplitudeAt(samples, hz) / TONE_AMPLITUDE - 1) < 0.3,
      )?.at ?? null,
    sendDigits: (digits) => {
      if (!/^[0-9*#A-D]*$/.test(digits)) throw new Error(`no keys: ${digits}`);
      pressing = pressing.then(() => press(digits));
      return pressing;
    },
    digits: () => received,
    close: async () => {
      if (!open) return;
      open = false;
      clearInterval(ticker);
      socket.close();
      await once(socket, 'close');
    },
  };
}
