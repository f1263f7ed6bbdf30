// The packets that were noted and are not over yet, in a ring. Before one is taken those are known that come next, as
// far as the general way looks ahead: where the SYN of another connection between the same ends is among them, or what
// nobody can tell from one, the packet is not taken.

import { CLIENT_ADDRESS, IS_IPV6, PORTS, SERVER_ADDRESS, areSame } from './connections';
import { kindOf, OPAQUE, SYN, UNUSUAL } from './kinds';
import { SYNS } from './memory';
import {
  ADDRESS,
  CAPTURED,
  CHUNK,
  CHUNK_START,
  EXACT_SECONDS,
  KIND,
  LINK,
  LINK_TYPE,
  MICROSECONDS,
  NANOSECONDS,
  NETWORK,
  ORIGINAL,
  PACKET_NUMBER,
  packetAt,
  RAW,
  SECONDS,
  SEGMENT,
  SYN_BUCKET,
  u16be,
  u32be,
} from './packet';

/** Longest packet that a capture has: see `maximumSnapLength`. */
const MOST_CAPTURED: u32 = 262_144;

/** Packets that are known before one is processed: see `Limits.lookAheadPackets`. */
export let lookAhead: i32 = 64;
export function setLookAhead(packets: i32): void {
  lookAhead = packets;
}

/** Number of the next packet, and of the first that did not come into sight yet; both count all packets noted. */
export let head: i32 = 0;
let seen: i32 = 0;
export let opaque: i32 = 0;
/** SYNs that came into sight, and are not over. */
export let syns: i32 = 0;

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

/** The next packet is over, whoever has taken it. */
export function leave(): void {
  see(head + 1);
  const packet = packetAt(head++);
  const kind = load<u8>(packet, KIND);
  if (kind == OPAQUE) opaque--;
  else if (kind == SYN) count(packet, -1);
}

@inline
function count(packet: usize, change: i32): void {
  const at = SYNS + ((<usize>load<u8>(packet, SYN_BUCKET)) << 1);
  syns += change;
  store<u16>(at, <u16>(<i32>load<u16>(at) + change));
}

/** Whether a SYN between ends of this bucket comes next, or is the next packet. */
@inline
export function awaitsSyn(bucket: u32): bool {
  return load<u16>(SYNS + ((<usize>bucket) << 1)) != 0;
}

/**
 * Whether a SYN between these ends comes next that is of another connection than the one whose client's first sequence
 * number is `start`. Addresses and ports are as they lie in a packet.
 */
export function awaitsSynOfOther(source: usize, destination: usize, ports: u32, isIpv6: bool, start: u32): bool {
  for (let index = head; index < seen; index++) {
    const packet = packetAt(index);
    if (load<u8>(packet, KIND) != SYN) continue;
    const segment = <usize>load<u32>(packet, SEGMENT);
    // Its ends can't be told here.
    if (segment == 0) return true;
    if (directionOf(packet, segment, source, destination, ports, isIpv6) == OTHER) continue;
    if (clientStart(segment) != start) return true;
  }
  return false;
}

/** How far behind the SYN of their connection segments may lie that come next: see `LookAhead`. */
let reach: u32 = 0;
export function setReach(value: u32): void {
  reach = value;
}

/** Whether all that comes next between the ends of a client's SYN, the next packet, is of the connection that it begins. */
export function isFirst(syn: usize, source: usize, destination: usize, ports: u32, isIpv6: bool): bool {
  const start = clientStart(<usize>load<u32>(syn, SEGMENT));
  for (let index = head + 1; index < seen; index++) {
    const packet = packetAt(index);
    const segment = <usize>load<u32>(packet, SEGMENT);
    const kind = load<u8>(packet, KIND);
    if (segment == 0) {
      if (kind == SYN || kind == UNUSUAL) return false;
      continue;
    }
    const direction = directionOf(packet, segment, source, destination, ports, isIpv6);
    if (direction == OTHER) continue;
    if (kind == SYN) {
      if (clientStart(segment) != start) return false;
    } else if (direction == SAME || (load<u8>(segment, 13) & 16) != 0) {
      // Where in the client's stream it stands, the number of the SYN being 0.
      const distance = u32be(segment + (direction == SAME ? 4 : 8)) - start + 1;
      if (distance > reach) return false;
    }
  }
  return true;
}

/**
 * Whether payload of the client's, or the server's, in `[from, to)` is among the packets that come next; false where that
 * can't be told.
 */
export function comesLater(connection: usize, ofClient: bool, from: u32, to: u32): bool {
  const client = connection + CLIENT_ADDRESS;
  const server = connection + SERVER_ADDRESS;
  const ports = load<u32>(connection, PORTS);
  const isIpv6 = load<u8>(connection, IS_IPV6) != 0;
  let comes = false;
  for (let index = head; index < seen; index++) {
    const packet = packetAt(index);
    const segment = <usize>load<u32>(packet, SEGMENT);
    const kind = load<u8>(packet, KIND);
    if (segment == 0) {
      if (kind == SYN || kind == UNUSUAL) return false;
      continue;
    }
    const direction = directionOf(packet, segment, client, server, ports, isIpv6);
    if (direction == OTHER) continue;
    if (kind == SYN) return false;
    if (direction != (ofClient ? SAME : TURNED) || (load<u8>(segment, 13) & RST) != 0) continue;
    const network = <usize>load<u32>(packet, NETWORK);
    const size = isIpv6 ? u16be(network + 4) + 40 : u16be(network + 2);
    const length = <i32>(network + size - segment - ((<usize>(load<u8>(segment, 12) >> 4)) << 2));
    if (length < 0) return false;
    const first = u32be(segment + 4);
    if (length > 0 && <i32>(first - to) < 0 && <i32>(first + length - from) > 0) comes = true;
  }
  return comes;
}

const RST: u8 = 4;

/** The first sequence number of the client's stream, as a SYN of either side says. */
@inline
function clientStart(segment: usize): u32 {
  return (load<u8>(segment, 13) & 16) != 0 ? u32be(segment + 8) : u32be(segment + 4) + 1;
}

/** Whether a segment lies between the same ends, and in which direction. */
const OTHER: i32 = 0;
const SAME: i32 = 1;
const TURNED: i32 = 2;

@inline
function directionOf(
  packet: usize,
  segment: usize,
  source: usize,
  destination: usize,
  ports: u32,
  isIpv6: bool,
): i32 {
  const own = load<u32>(segment);
  const turned = (ports << 16) | (ports >> 16);
  if (own != ports && own != turned) return OTHER;
  const network = <usize>load<u32>(packet, NETWORK);
  if ((segment - network == 40) != isIpv6) return OTHER;
  const at = network + (isIpv6 ? 8 : 12);
  const length: usize = isIpv6 ? 16 : 4;
  if (own == ports && areSame(at, source, isIpv6) && areSame(at + length, destination, isIpv6)) return SAME;
  return own == turned && areSame(at, destination, isIpv6) && areSame(at + length, source, isIpv6) ? TURNED : OTHER;
}
