import { defaultBufferKibibytes } from './default-buffer.ts';
import type { Engine } from './engine-names.ts';
import type { LiveOptions } from './live-options.ts';

/** Bytes that Linux puts before each packet in a block: its header, the sender's address, and room for a VLAN tag. */
const blockedHeaderLength = 86;

/** Packets of memcached as they are: a short command or answer over TCP, and a full segment. */
const packetLengths = [100, 1514] as const;

/** Bytes of a slot of the cap engine, which holds one packet of any size: libpcap's frame for 65,535 bytes. */
const slotLength = 65_632;

/**
 * Says how much the kernel's buffer holds: `kernel buffer of 65536 KiB, room for 350000 packets of 100 bytes or 41000 of
 * 1514`. Only Linux's way of laying it out is known.
 */
export function bufferText(
  engine: Engine,
  { bufferKibibytes = defaultBufferKibibytes, snapLength }: LiveOptions,
  platform: NodeJS.Platform = process.platform,
): string {
  const size = `kernel buffer of ${bufferKibibytes} KiB`;
  if (platform !== 'linux') return size;
  const bytes = bufferKibibytes * 1024;
  if (engine === 'cap') return `${size}, room for ${Math.ceil(bytes / slotLength)} packets`;
  const kept = packetLengths.map((length) => (snapLength === 0 ? length : Math.min(length, snapLength)));
  const [short = 0, long = 0] = kept.map((length) => Math.floor(bytes / aligned(blockedHeaderLength + length)));
  return `${size}, room for about ${short} packets of ${packetLengths[0]} bytes or ${long} of ${packetLengths[1]}`;
}

function aligned(length: number): number {
  return Math.ceil(length / 8) * 8;
}
