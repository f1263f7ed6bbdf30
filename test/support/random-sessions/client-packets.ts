import { readFileSync } from 'node:fs';
import { readPackets } from '../recorder/replay.ts';

/** Finds the packet that brought a byte of a client's stream, by its offset from 0. */
export type PacketOf = (offset: number) => number;

/** Which client a packet of the loopback device is from or to, by address and port. */
export function clientOf(bytes: Buffer, serverPort: number): { client: string; isFromClient: boolean } {
  const ip = 14;
  const tcp = ip + ((bytes[ip] ?? 0) & 15) * 4;
  const isFromClient = bytes.readUInt16BE(tcp + 2) === serverPort;
  const [address, port] = isFromClient ? [ip + 12, tcp] : [ip + 16, tcp + 2];
  const client = `${bytes.subarray(address, address + 4).join('.')}:${bytes.readUInt16BE(port)}`;
  return { client, isFromClient };
}

/** The clients of a capture of the loopback device without loss, by address and port. Packets count from 1. */
export function clientPackets(file: string, serverPort: number): Map<string, PacketOf> {
  const segments = new Map<string, { first: number; ends: { end: number; packet: number }[] }>();
  for (const { bytes, number } of readPackets(readFileSync(file))) {
    const ip = 14;
    const tcp = ip + ((bytes[ip] ?? 0) & 15) * 4;
    if (bytes.readUInt16BE(tcp + 2) !== serverPort) continue;
    const seq = bytes.readUInt32BE(tcp + 4);
    const length = bytes.readUInt16BE(ip + 2) - (tcp - ip) - ((bytes[tcp + 12] ?? 0) >> 4) * 4;
    const { client } = clientOf(bytes, serverPort);
    const isSyn = ((bytes[tcp + 13] ?? 0) & 2) !== 0;
    if (isSyn) segments.set(client, { first: (seq + 1) >>> 0, ends: [] });
    const known = segments.get(client);
    if (known === undefined || length <= 0) continue;
    known.ends.push({ end: ((seq - known.first) >>> 0) + length, packet: number });
  }
  return new Map(
    [...segments].map(([client, { ends }]) => [client, (offset) => ends.find(({ end }) => end > offset)?.packet ?? 0]),
  );
}
