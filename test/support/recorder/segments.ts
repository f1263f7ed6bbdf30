import type { CapturedPacket } from '../../../protocols/packet.ts';

/** A segment or datagram with data. */
export interface Segment {
  /** Place among the packets, from 0. */
  readonly index: number;
  /** µs since 1970. */
  readonly timeUs: number;
  readonly client: string;
  readonly fromServer: boolean;
  readonly isUdp: boolean;
  /**
   * True where nothing was under way before it: the client acknowledges all that the server sent, and the server had
   * received all that the client sent when it last spoke. A datagram stands for itself.
   */
  readonly beginsRound: boolean;
}

/** Where both streams of a connection have come to, as sequence numbers. */
interface Progress {
  client: number;
  server: number;
  serverReceived: number;
}

/** TCP segments and UDP datagrams with data, of IPv4 on Ethernet framing as the loopback device gives it. */
export function dataSegments(packets: readonly CapturedPacket[], port: number): Segment[] {
  const connections = new Map<string, Progress>();
  return packets.flatMap(({ bytes, seconds, nanoseconds }, index) => {
    const ip = 14;
    const start = ip + ((bytes[ip] ?? 0) & 15) * 4;
    const isUdp = bytes[ip + 9] === 17;
    const headerLength = isUdp ? 8 : ((bytes[start + 12] ?? 0) >> 4) * 4;
    const length = bytes.readUInt16BE(ip + 2) - (start - ip) - headerLength;
    if (length <= 0) return [];
    const fromServer = bytes.readUInt16BE(start) === port;
    const address = bytes.subarray(fromServer ? ip + 16 : ip + 12).subarray(0, 4);
    const client = `${address.join('.')}:${bytes.readUInt16BE(fromServer ? start + 2 : start)}`;
    const segment = { index, timeUs: seconds * 1e6 + nanoseconds / 1000, client, fromServer, isUdp };
    if (isUdp) return [{ ...segment, beginsRound: !fromServer }];
    const seq = bytes.readUInt32BE(start + 4);
    const ack = bytes.readUInt32BE(start + 8);
    const known = connections.get(client);
    // Before its first data a side has sent its SYN only.
    const progress = known ?? (fromServer ? { client: ack, server: seq } : { client: seq, server: ack });
    const before: Progress = { serverReceived: progress.client, ...progress };
    const beginsRound = !fromServer && ack === before.server && before.serverReceived === before.client;
    const next = (seq + length) >>> 0;
    connections.set(
      client,
      fromServer ? { ...before, server: next, serverReceived: ack } : { ...before, client: next },
    );
    return [{ ...segment, beginsRound }];
  });
}
