// The packets that were noted and are not over yet, in a ring. Before one is taken those are known that come next, as
// far as the general way looks ahead: where the SYN of another connection between the same ends is among them, or what
// nobody can tell from one, the packet is not taken.

import { PACKET_BITS, PACKET_MASK, PACKETS, SYN_MASK, SYNS } from './memory';

/** Fields of a packet. Its address is 0 where it is not here. */
export const ADDRESS: usize = 0;
export const CAPTURED: usize = 4;
export const ORIGINAL: usize = 8;
export const SECONDS: usize = 12;
export const MICROSECONDS: usize = 16;
export const PACKET_NUMBER: usize = 20;
/** How the packet begins: see `Link`. */
export const LINK: usize = 24;
/** What was found when it came into sight: see `Kind`. */
export const KIND: usize = 25;
export const SYN_BUCKET: usize = 26;
/** What the host has to know of it. */
const NANOSECONDS: usize = 28;
const CHUNK: usize = 32;
const CHUNK_START: usize = 36;
const LINK_TYPE: usize = 40;
const EXACT_SECONDS: usize = 48;

/** Link headers. */
export const RAW: u8 = 0;
export const ETHERNET: u8 = 1;
export const COOKED: u8 = 2;
export const LOOPBACK: u8 = 3;

/** Longest packet that a capture has: see `maximumSnapLength`. */
const MOST_CAPTURED: u32 = 262_144;

/** Kinds of packets. */
const HARMLESS: u8 = 0;
const SYN: u8 = 1;
/** Of which it can't be told here whether there is a SYN in it. */
const OPAQUE: u8 = 2;

/** Packets that are known before one is processed: see `Limits.lookAheadPackets`. */
export let lookAhead: i32 = 64;
export function setLookAhead(packets: i32): void {
  lookAhead = packets;
}

/** Number of the next packet, and of the first that did not come into sight yet; both count all packets noted. */
export let head: i32 = 0;
let seen: i32 = 0;
export let opaque: i32 = 0;

@inline
export function packetAt(index: i32): usize {
  return PACKETS + ((<usize>(index & PACKET_MASK)) << PACKET_BITS);
}

@inline
export function u16be(at: usize): u32 {
  return bswap<u16>(load<u16>(at));
}

@inline
export function u32be(at: usize): u32 {
  return bswap<u32>(load<u32>(at));
}

/** How the records of a capture file are written: pcap's, without anything unusual. */
let isBigEndian: bool = false;
let nanosecondsPerUnit: u64 = 1000;
let snapLength: u32 = 0;
let link: u8 = RAW;
let linkType: i32 = 0;
export function setForm(bigEndian: bool, nanoseconds: i32, snap: i32, linkKind: i32, type: i32): void {
  isBigEndian = bigEndian;
  nanosecondsPerUnit = nanoseconds;
  snapLength = snap;
  link = <u8>linkKind;
  linkType = type;
}

/** Where the first record begins that was not noted. */
export let notedTo: usize = 0;

@inline
function u32of(at: usize): u32 {
  const value = load<u32>(at);
  return isBigEndian ? bswap<u32>(value) : value;
}

/**
 * Notes the packets of the whole records in `[at, end)`, at most `most` of them. The first one has `number`, and is noted
 * in `place`; `chunk` and `chunkAt`: the buffer that holds them, and where its copy begins. Returns how many these are. One
 * that is damaged is left to the host.
 */
export function noteRecords(
  at: usize,
  end: usize,
  place: i32,
  number: i32,
  most: i32,
  chunk: i32,
  chunkAt: usize,
): i32 {
  let count = 0;
  while (count < most && at + 16 <= end) {
    const captured = u32of(at + 8);
    const next = at + 16 + captured;
    if (captured > MOST_CAPTURED || next > end) break;
    let seconds = u32of(at);
    let nanoseconds = <u64>u32of(at + 4) * nanosecondsPerUnit;
    let exact = <f64>seconds;
    if (nanoseconds >= 1_000_000_000) {
      exact += <f64>(nanoseconds / 1_000_000_000);
      nanoseconds %= 1_000_000_000;
      seconds = exact < 4294967296.0 ? <u32>exact : 0x80000000;
    }
    const packet = packetAt(place + count);
    store<u32>(packet, <i32>seconds < 0 ? 0 : <u32>(at + 16), ADDRESS);
    store<u32>(packet, min(captured, snapLength), CAPTURED);
    store<u32>(packet, u32of(at + 12), ORIGINAL);
    store<u32>(packet, seconds, SECONDS);
    store<u32>(packet, <u32>(nanoseconds / 1000), MICROSECONDS);
    store<i32>(packet, number + count, PACKET_NUMBER);
    store<u8>(packet, link, LINK);
    store<i32>(packet, <i32>nanoseconds, NANOSECONDS);
    store<i32>(packet, chunk, CHUNK);
    store<i32>(packet, <i32>(at + 16 - chunkAt), CHUNK_START);
    store<i32>(packet, linkType, LINK_TYPE);
    store<f64>(packet, exact, EXACT_SECONDS);
    count++;
    at = next;
  }
  notedTo = at;
  return count;
}

/** Looks at the packets up to `end` that come into sight. */
export function see(end: i32): void {
  while (seen < end) {
    const packet = packetAt(seen++);
    const kind = kindOf(packet);
    store<u8>(packet, kind, KIND);
    if (kind == OPAQUE) opaque++;
    else if (kind == SYN) count(packet, 1);
  }
}

/** The next packet is over. */
export function leave(): void {
  const packet = packetAt(head++);
  const kind = load<u8>(packet, KIND);
  if (kind == OPAQUE) opaque--;
  else if (kind == SYN) count(packet, -1);
}

@inline
function count(packet: usize, change: i32): void {
  const at = SYNS + ((<usize>load<u8>(packet, SYN_BUCKET)) << 1);
  store<u16>(at, <u16>(<i32>load<u16>(at) + change));
}

/** Whether a SYN between ends of this bucket comes next. */
@inline
export function awaitsSyn(bucket: u32): bool {
  return load<u16>(SYNS + ((<usize>bucket) << 1)) != 0;
}

/** The same for both directions. `source` and `destination` are where the last words of the addresses lie. */
@inline
export function bucketOf(source: usize, destination: usize, ports: u32): u32 {
  const word = load<u32>(source) ^ load<u32>(destination) ^ ((ports ^ (ports >> 16)) & 0xffff);
  return (word ^ (word >> 8) ^ (word >> 24)) & SYN_MASK;
}

/** Where the IP header begins; 0 where that is not plain. */
@inline
export function networkAt(packet: usize): usize {
  const at = <usize>load<u32>(packet, ADDRESS);
  if (at == 0) return 0;
  const link = load<u8>(packet, LINK);
  if (link == ETHERNET) {
    const type = load<u16>(at, 12);
    return type == 0x0008 || type == 0xdd86 ? at + 14 : 0;
  }
  if (link == COOKED) {
    const type = load<u16>(at, 14);
    return type == 0x0008 || type == 0xdd86 ? at + 16 : 0;
  }
  return link == LOOPBACK ? at + 4 : at;
}

function kindOf(packet: usize): u8 {
  const captured = load<i32>(packet, CAPTURED);
  const start = <usize>load<u32>(packet, ADDRESS);
  if (captured < 34) return OPAQUE;
  const at = networkAt(packet);
  if (at == 0) {
    // ARP carries nothing.
    const isEthernet = start != 0 && load<u8>(packet, LINK) == ETHERNET;
    return isEthernet && load<u16>(start, 12) == 0x0608 ? HARMLESS : OPAQUE;
  }
  const end = start + captured;
  const version = load<u8>(at);
  if (version == 0x45) {
    if ((load<u16>(at, 6) & 0xff3f) != 0) return OPAQUE;
    const protocol = load<u8>(at, 9);
    if (protocol != 6) return protocol == 1 ? HARMLESS : OPAQUE;
    return kindOfSegment(packet, at + 12, at + 16, at + 20, end);
  }
  if ((version & 0xf0) == 0x60 && at + 60 <= end) {
    const protocol = load<u8>(at, 6);
    if (protocol != 6) return protocol == 58 ? HARMLESS : OPAQUE;
    return kindOfSegment(packet, at + 20, at + 36, at + 40, end);
  }
  return OPAQUE;
}

function kindOfSegment(packet: usize, source: usize, destination: usize, segment: usize, end: usize): u8 {
  // What is cut short is no segment to anybody.
  if (segment + 20 > end) return HARMLESS;
  if ((load<u8>(segment, 13) & 2) == 0) return HARMLESS;
  store<u8>(packet, <u8>bucketOf(source, destination, load<u32>(segment)), SYN_BUCKET);
  return SYN;
}
