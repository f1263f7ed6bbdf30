/** Test-only writers of capture files. */

/** A captured packet that a test made: bytes from the link header on, and when it was seen. */
export interface BuiltPacket {
  bytes: Buffer;
  seconds: number;
  nanoseconds: number;
  /** Length on the wire; `bytes.length` unless the packet was cut. */
  originalLength?: number;
  /** Position of the interface it was seen on, in a pcapng file with several. */
  interface?: number;
}

/** Time of day in microseconds since 1970, as the fields of a packet. */
export function at(microseconds: number): { seconds: number; nanoseconds: number } {
  const seconds = Math.floor(microseconds / 1e6);
  return { seconds, nanoseconds: Math.round((microseconds - seconds * 1e6) * 1000) };
}

export interface PcapOptions {
  /** LINKTYPE_ value, Ethernet by default. */
  readonly linkType?: number;
  readonly nanoseconds?: boolean;
  readonly bigEndian?: boolean;
  /** Written in the header; packets that are longer are cut to it. */
  readonly snapLength?: number;
}

/** draft-ietf-opsawg-pcap: a 24-byte header, then each packet behind 16 bytes. */
export function pcapFile(packets: readonly BuiltPacket[], options: PcapOptions = {}): Buffer {
  const big = options.bigEndian ?? false;
  const snapLength = options.snapLength ?? 262144;
  const magic = options.nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4;
  const header = words(big, magic, 0, 0, 0, snapLength, options.linkType ?? 1);
  if (big) header.writeUInt32BE(0x00020004, 4);
  else header.writeUInt32LE(0x00040002, 4);
  const parts = [header];
  for (const packet of packets) {
    const bytes = packet.bytes.subarray(0, snapLength);
    const fraction = options.nanoseconds ? packet.nanoseconds : Math.floor(packet.nanoseconds / 1000);
    const originalLength = packet.originalLength ?? packet.bytes.length;
    parts.push(words(big, packet.seconds, fraction, bytes.length, originalLength), bytes);
  }
  return Buffer.concat(parts);
}

export interface PcapngInterface {
  readonly linkType: number;
  readonly snapLength?: number;
  /** if_tsresol: a power of ten (6 is a microsecond), or with the high bit set a power of two. */
  readonly resolution?: number;
  readonly name?: string;
}

interface PcapngOptions {
  readonly interfaces: readonly PcapngInterface[];
  readonly bigEndian?: boolean;
  /** Puts blocks and options that a reader has to skip between those that it needs. */
  readonly unknownBlocks?: boolean;
}

/** draft-ietf-opsawg-pcapng: section header, interface descriptions, enhanced packet blocks. */
export function pcapngFile(packets: readonly BuiltPacket[], options: PcapngOptions): Buffer {
  const big = options.bigEndian ?? false;
  const parts = [block(big, 0x0a0d0d0a, Buffer.concat([words(big, 0x1a2b3c4d), version(big), words(big, ~0, ~0)]))];
  for (const { linkType, snapLength, resolution, name } of options.interfaces) {
    const head = big ? words(true, linkType << 16, snapLength ?? 0) : words(false, linkType, snapLength ?? 0);
    const list: Buffer[] = [];
    if (name !== undefined) list.push(option(big, 2, Buffer.from(name)));
    if (resolution !== undefined) list.push(option(big, 9, Buffer.from([resolution])));
    if (options.unknownBlocks) list.push(option(big, 0x7abc, Buffer.from('skip me')));
    if (list.length > 0) list.push(option(big, 0, Buffer.alloc(0)));
    parts.push(block(big, 1, Buffer.concat([head, ...list])));
  }
  for (const packet of packets) {
    const index = packet.interface ?? 0;
    const ticks = toTicks(packet, options.interfaces[index]?.resolution ?? 6);
    const high = Number(ticks >> 32n);
    const low = Number(ticks & 0xffffffffn);
    const length = packet.originalLength ?? packet.bytes.length;
    const head = words(big, index, high, low, packet.bytes.length, length);
    if (options.unknownBlocks) parts.push(block(big, 0x80000bad, Buffer.from('a block of a kind that nobody knows')));
    parts.push(block(big, 6, Buffer.concat([head, fill(packet.bytes)])));
  }
  return Buffer.concat(parts);
}

function toTicks(packet: BuiltPacket, resolution: number): bigint {
  const perSecond = resolution & 0x80 ? 1n << BigInt(resolution & 0x7f) : 10n ** BigInt(resolution);
  const fraction = BigInt(packet.nanoseconds) * perSecond;
  // Rounded up, so that a resolution that is no multiple of a nanosecond reads back as the time that went in.
  return BigInt(packet.seconds) * perSecond + (fraction + 999_999_999n) / 1_000_000_000n;
}

function block(big: boolean, type: number, body: Buffer): Buffer {
  const content = fill(body);
  const length = content.length + 12;
  return Buffer.concat([words(big, type, length), content, words(big, length)]);
}

function option(big: boolean, code: number, value: Buffer): Buffer {
  const head = big ? words(true, (code << 16) | value.length) : words(false, (value.length << 16) | code);
  return Buffer.concat([head, fill(value)]);
}

function version(big: boolean): Buffer {
  return big ? words(true, 0x00010000) : words(false, 0x00000001);
}

/** Pads to a multiple of four with zeros. */
function fill(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function words(big: boolean, ...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) {
    if (big) bytes.writeUInt32BE(value >>> 0, index * 4);
    else bytes.writeUInt32LE(value >>> 0, index * 4);
  }
  return bytes;
}
