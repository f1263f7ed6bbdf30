/**
 * Test-only encoders of link, network and transport headers. Lengths and checksums are right unless a
 * field says otherwise, so a test names only what it is about.
 */

export interface Endpoint {
  /** IPv4 in dotted decimal or IPv6 in hexadecimal groups. */
  readonly address: string;
  readonly port: number;
}

export const EtherType = { ipv4: 0x0800, ipv6: 0x86dd, vlan: 0x8100, qinq: 0x88a8 } as const;

export const IpProtocol = { hopByHop: 0, tcp: 6, udp: 17, routing: 43, fragment: 44, destinationOptions: 60 } as const;

const clientMac = '02:00:00:00:00:01';
const serverMac = '02:00:00:00:00:02';

function mac(text: string): Buffer {
  return Buffer.from(text.replaceAll(':', ''), 'hex');
}

/** What `addressBytes` has read: reading an address takes as long as all else in building a packet. */
const knownAddresses = new Map<string, Buffer>();

/** Address as 4 or 16 bytes, which are nobody's to change. */
function addressBytes(address: string): Buffer {
  let bytes = knownAddresses.get(address);
  if (bytes === undefined) {
    bytes = parseAddress(address);
    knownAddresses.set(address, bytes);
  }
  return bytes;
}

/** `::` stands for one run of zero groups (RFC 4291 §2.2). */
function parseAddress(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : new Array<string>(8 - left.length - right.length).fill('0');
  const bytes = Buffer.alloc(16);
  for (const [index, group] of [...left, ...zeros, ...right].entries()) {
    bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2);
  }
  return bytes;
}

/** Internet checksum, RFC 1071, over the parts as if they were one; each but the last has an even length. */
function internetChecksum(...parts: readonly Buffer[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 2) sum += ((part[at] ?? 0) << 8) | (part[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/** Checksum of a TCP or UDP segment with the pseudo header of RFC 9293 §3.1 or RFC 8200 §8.1. */
export function transportChecksum(source: string, destination: string, protocol: number, segment: Buffer): number {
  const pseudo = Buffer.alloc(8);
  pseudo.writeUInt32BE(segment.length, 0);
  pseudo.writeUInt32BE(protocol, 4);
  return internetChecksum(addressBytes(source), addressBytes(destination), pseudo, segment);
}

export interface VlanTag {
  /** Tag protocol identifier, 802.1Q by default. */
  readonly type?: number;
  readonly id: number;
  readonly priority?: number;
}

interface EthernetFields {
  readonly etherType?: number;
  readonly source?: string;
  readonly destination?: string;
  /** Outermost first. */
  readonly vlans?: readonly VlanTag[];
  /** Pads the frame with zeros to this length, as a network card does with short ones. */
  readonly padTo?: number;
}

/** Ethernet II frame without its check sequence, which captures leave out. */
export function ethernet(payload: Buffer, fields: EthernetFields = {}): Buffer {
  const parts = [mac(fields.destination ?? serverMac), mac(fields.source ?? clientMac)];
  for (const tag of fields.vlans ?? []) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt16BE(tag.type ?? EtherType.vlan, 0);
    bytes.writeUInt16BE(((tag.priority ?? 0) << 13) | tag.id, 2);
    parts.push(bytes);
  }
  parts.push(u16(fields.etherType ?? etherTypeOf(payload)), payload);
  const frame = Buffer.concat(parts);
  const missing = (fields.padTo ?? 0) - frame.length;
  return missing > 0 ? Buffer.concat([frame, Buffer.alloc(missing)]) : frame;
}

interface CookedFields {
  readonly etherType?: number;
  /** sll_pkttype: 0 to us, 1 broadcast, 2 multicast, 3 to another, 4 from us. */
  readonly packetType?: number;
  readonly source?: string;
  /** Version 2 only. tcpdump looks its name up on the machine that prints; 1 is the loopback device of every Linux. */
  readonly interfaceIndex?: number;
}

/** LINKTYPE_LINUX_SLL, 16 bytes of header. */
export function linuxCooked(payload: Buffer, fields: CookedFields = {}): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt16BE(fields.packetType ?? 0, 0);
  header.writeUInt16BE(1, 2);
  header.writeUInt16BE(6, 4);
  mac(fields.source ?? clientMac).copy(header, 6);
  header.writeUInt16BE(fields.etherType ?? etherTypeOf(payload), 14);
  return Buffer.concat([header, payload]);
}

/** LINKTYPE_LINUX_SLL2, 20 bytes of header. */
export function linuxCooked2(payload: Buffer, fields: CookedFields = {}): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt16BE(fields.etherType ?? etherTypeOf(payload), 0);
  header.writeUInt32BE(fields.interfaceIndex ?? 1, 4);
  header.writeUInt16BE(1, 8);
  header.writeUInt8(fields.packetType ?? 0, 10);
  header.writeUInt8(6, 11);
  mac(fields.source ?? clientMac).copy(header, 12);
  return Buffer.concat([header, payload]);
}

interface LoopbackFields {
  /** Protocol family; 2 for IPv4 and the BSDs' 24, 28 or 30 for IPv6. */
  readonly family?: number;
  /** LINKTYPE_NULL is in the byte order of the machine that captured; LINKTYPE_LOOP is always big-endian. */
  readonly bigEndian?: boolean;
}

/** LINKTYPE_NULL, and LINKTYPE_LOOP with `bigEndian`. */
export function loopback(payload: Buffer, fields: LoopbackFields = {}): Buffer {
  const family = fields.family ?? (etherTypeOf(payload) === EtherType.ipv6 ? 30 : 2);
  const header = Buffer.alloc(4);
  if (fields.bigEndian) header.writeUInt32BE(family);
  else header.writeUInt32LE(family);
  return Buffer.concat([header, payload]);
}

export interface Ipv4Fields {
  readonly source: string;
  readonly destination: string;
  readonly protocol?: number;
  readonly ttl?: number;
  readonly id?: number;
  readonly tos?: number;
  readonly dontFragment?: boolean;
  readonly moreFragments?: boolean;
  /** In bytes, a multiple of 8. */
  readonly fragmentOffset?: number;
  /** Encoded options; padded with zeros to a multiple of four. */
  readonly options?: Buffer;
  readonly totalLength?: number;
  readonly headerWords?: number;
  readonly checksum?: number;
}

/** RFC 791 §3.1. */
export function ipv4(payload: Buffer, fields: Ipv4Fields): Buffer {
  const options = padded(fields.options ?? Buffer.alloc(0), 4);
  const header = Buffer.concat([Buffer.alloc(20), options]);
  header.writeUInt8(0x40 | (fields.headerWords ?? header.length / 4), 0);
  header.writeUInt8(fields.tos ?? 0, 1);
  header.writeUInt16BE(fields.totalLength ?? header.length + payload.length, 2);
  header.writeUInt16BE(fields.id ?? 0, 4);
  const fragment = (fields.fragmentOffset ?? 0) / 8;
  header.writeUInt16BE((fields.dontFragment ? 0x4000 : 0) | (fields.moreFragments ? 0x2000 : 0) | fragment, 6);
  header.writeUInt8(fields.ttl ?? 64, 8);
  header.writeUInt8(fields.protocol ?? IpProtocol.tcp, 9);
  addressBytes(fields.source).copy(header, 12);
  addressBytes(fields.destination).copy(header, 16);
  header.writeUInt16BE(fields.checksum ?? internetChecksum(header), 10);
  return Buffer.concat([header, payload]);
}

/** Cuts an IPv4 payload into fragments of at most `size` bytes (a multiple of 8), RFC 791 §3.2. */
export function ipv4Fragments(payload: Buffer, fields: Ipv4Fields, size: number): Buffer[] {
  const fragments: Buffer[] = [];
  for (let at = 0; at < payload.length; at += size) {
    const part = payload.subarray(at, at + size);
    fragments.push(ipv4(part, { ...fields, fragmentOffset: at, moreFragments: at + size < payload.length }));
  }
  return fragments;
}

export interface ExtensionHeader {
  /** Protocol number by which the header before it announces this one. */
  readonly protocol: number;
  /** What follows the next-header byte; its second byte is the header's length field. */
  readonly body: Buffer;
}

interface Ipv6Fields {
  readonly source: string;
  readonly destination: string;
  readonly protocol?: number;
  readonly hopLimit?: number;
  readonly trafficClass?: number;
  readonly flowLabel?: number;
  readonly extensions?: readonly ExtensionHeader[];
  readonly payloadLength?: number;
}

/** RFC 8200 §3 and §4. */
export function ipv6(payload: Buffer, fields: Ipv6Fields): Buffer {
  const extensions = fields.extensions ?? [];
  const protocols = [...extensions.map((extension) => extension.protocol), fields.protocol ?? IpProtocol.tcp];
  const encoded = extensions.map((extension, index) =>
    Buffer.concat([Buffer.from([protocols[index + 1] ?? 59]), extension.body]),
  );
  const rest = Buffer.concat([...encoded, payload]);
  const header = Buffer.alloc(40);
  header.writeUInt32BE(((6 << 28) | ((fields.trafficClass ?? 0) << 20) | (fields.flowLabel ?? 0)) >>> 0, 0);
  header.writeUInt16BE(fields.payloadLength ?? rest.length, 4);
  header.writeUInt8(protocols[0] ?? IpProtocol.tcp, 6);
  header.writeUInt8(fields.hopLimit ?? 64, 7);
  addressBytes(fields.source).copy(header, 8);
  addressBytes(fields.destination).copy(header, 24);
  return Buffer.concat([header, rest]);
}

/** TCP options as tcpdump names them; `raw` is for all others and for broken ones. */
export type TcpOption =
  | { readonly kind: 'nop' | 'eol' | 'sackOK' }
  | { readonly kind: 'mss' | 'wscale'; readonly value: number }
  | { readonly kind: 'ts'; readonly value: number; readonly echo: number }
  | { readonly kind: 'sack'; readonly blocks: readonly (readonly [left: number, right: number])[] }
  | { readonly kind: 'tfo'; readonly cookie: Buffer }
  | { readonly kind: 'raw'; readonly bytes: Buffer };

function encodeOption(option: TcpOption): Buffer {
  switch (option.kind) {
    case 'eol':
      return Buffer.from([0]);
    case 'nop':
      return Buffer.from([1]);
    case 'mss':
      return Buffer.from([2, 4, option.value >> 8, option.value & 0xff]);
    case 'wscale':
      return Buffer.from([3, 3, option.value]);
    case 'sackOK':
      return Buffer.from([4, 2]);
    case 'sack':
      return Buffer.concat([Buffer.from([5, 2 + option.blocks.length * 8]), ...option.blocks.flat().map(u32)]);
    case 'ts':
      return Buffer.concat([Buffer.from([8, 10]), u32(option.value), u32(option.echo)]);
    case 'tfo':
      return Buffer.concat([Buffer.from([34, 2 + option.cookie.length]), option.cookie]);
    case 'raw':
      return option.bytes;
  }
}

const flagBits: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, '.': 16, U: 32, E: 64, W: 128, e: 256 };

interface TcpFields {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly seq: number;
  readonly ack?: number;
  /** Letters as tcpdump prints them: `S`, `S.`, `P.`, `.`, `F.`, `R`; empty for none. */
  readonly flags: string;
  readonly window?: number;
  readonly urgent?: number;
  /** Padded with zeros (end of option list) to a multiple of four. */
  readonly options?: readonly TcpOption[];
  /** Header length in 32-bit words. */
  readonly headerWords?: number;
  readonly checksum?: number;
}

/** RFC 9293 §3.1. */
export function tcp(payload: Buffer, fields: TcpFields): Buffer {
  const options = padded(Buffer.concat((fields.options ?? []).map(encodeOption)), 4);
  const segment = Buffer.concat([Buffer.alloc(20), options, payload]);
  let bits = 0;
  for (const letter of fields.flags) bits |= flagBits[letter] ?? 0;
  segment.writeUInt16BE(fields.source.port, 0);
  segment.writeUInt16BE(fields.destination.port, 2);
  segment.writeUInt32BE(fields.seq >>> 0, 4);
  segment.writeUInt32BE((fields.ack ?? 0) >>> 0, 8);
  segment.writeUInt16BE(((fields.headerWords ?? 5 + options.length / 4) << 12) | bits, 12);
  segment.writeUInt16BE(fields.window ?? 512, 14);
  segment.writeUInt16BE(fields.urgent ?? 0, 18);
  const { address: source } = fields.source;
  const checksum = fields.checksum ?? transportChecksum(source, fields.destination.address, IpProtocol.tcp, segment);
  segment.writeUInt16BE(checksum, 16);
  return segment;
}

interface UdpFields {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly length?: number;
  readonly checksum?: number;
}

/** RFC 768. */
export function udp(payload: Buffer, fields: UdpFields): Buffer {
  const datagram = Buffer.concat([Buffer.alloc(8), payload]);
  datagram.writeUInt16BE(fields.source.port, 0);
  datagram.writeUInt16BE(fields.destination.port, 2);
  datagram.writeUInt16BE(fields.length ?? datagram.length, 4);
  const { address: source } = fields.source;
  const sum = transportChecksum(source, fields.destination.address, IpProtocol.udp, datagram);
  // A sum of zero is sent as all ones: zero says that there is none.
  datagram.writeUInt16BE(fields.checksum ?? (sum === 0 ? 0xffff : sum), 6);
  return datagram;
}

function etherTypeOf(payload: Buffer): number {
  return (payload[0] ?? 0) >> 4 === 6 ? EtherType.ipv6 : EtherType.ipv4;
}

function padded(bytes: Buffer, multiple: number): Buffer {
  const rest = bytes.length % multiple;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(multiple - rest)]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
