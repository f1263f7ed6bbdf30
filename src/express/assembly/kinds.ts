// What a packet is, as far as its headers tell when it comes into sight.

import { SYN_MASK } from './memory';
import {
  ADDRESS,
  CAPTURED,
  COOKED,
  COOKED_2,
  ETHERNET,
  LINK,
  LOOPBACK,
  NETWORK,
  SEGMENT,
  SYN_BUCKET,
  u16be,
} from './packet';

/** Kinds of packets. */
export const HARMLESS: u8 = 0;
export const SYN: u8 = 1;
/** Of which it can't be told here whether there is a SYN in it: fragments, and tunnels. */
export const OPAQUE: u8 = 2;
/** A segment, without SYN, whose headers are not looked at here. */
export const UNUSUAL: u8 = 3;

/** Shorter ones have no header of IP and one of TCP, but may be a fragment. */
const shortest: i32 = 34;

/** EtherTypes; up to the largest length it is none. */
const IPV4: u32 = 0x0800;
const VLAN: u32 = 0x8100;
const IPV6: u32 = 0x86dd;
const largestLength: u32 = 1500;
/** What a cooked header says of a radio's frames, whatever type it names. */
const RADIOTAP: u32 = 803;

const TCP: u8 = 6;
const UDP: u8 = 17;

/** Looks at a packet: notes where its headers lie if it is a plain segment, and tells its kind. */
export function kindOf(packet: usize): u8 {
  store<u32>(packet, 0, NETWORK);
  store<u32>(packet, 0, SEGMENT);
  const start = <usize>load<u32>(packet, ADDRESS);
  const captured = load<i32>(packet, CAPTURED);
  if (start == 0 || captured < shortest) return OPAQUE;
  const end = start + captured;
  const link = load<u8>(packet, LINK);
  let network = start;
  let type: u32 = 0;
  if (link == ETHERNET) {
    network = start + 14;
    type = u16be(start + 12);
    if (type == VLAN) {
      network += 4;
      type = u16be(start + 16);
    }
    if (type <= largestLength) return mayLeadToIp(load<u8>(network)) ? OPAQUE : HARMLESS;
  } else if (link == COOKED) {
    if (u16be(start + 2) == RADIOTAP) return HARMLESS;
    network = start + 16;
    type = u16be(start + 14);
  } else if (link == COOKED_2) {
    if (u16be(start + 8) == RADIOTAP) return HARMLESS;
    network = start + 20;
    type = u16be(start);
  } else {
    if (link == LOOPBACK) network += 4;
    type = load<u8>(network) >> 4 == 6 ? IPV6 : IPV4;
  }
  if (type == IPV4) return kindOfIpv4(packet, start, network, end);
  if (type == IPV6) return kindOfIpv6(packet, network, end);
  return type > largestLength && !isTag(type) ? HARMLESS : OPAQUE;
}

function kindOfIpv4(packet: usize, start: usize, at: usize, end: usize): u8 {
  const version = load<u8>(at);
  const segment = at + ((<usize>version & 15) << 2);
  if (version >> 4 != 4 || segment < at + 20 || segment > end) return OPAQUE;
  const protocol = load<u8>(at, 9);
  if (protocol != TCP && protocol != UDP) return isTunnel(protocol) ? OPAQUE : HARMLESS;
  if ((load<u16>(at, 6) & 0xff3f) != 0) return OPAQUE;
  if (protocol == UDP) return kindOfDatagram(segment, end);
  const isPlain = version == 0x45 && (load<u8>(packet, LINK) != LOOPBACK || isIpv4Family(load<u32>(start)));
  return kindOfSegment(packet, isPlain ? at : 0, at + 12, at + 16, segment, end);
}

function kindOfIpv6(packet: usize, at: usize, end: usize): u8 {
  const segment = at + 40;
  if (load<u8>(at) >> 4 != 6 || segment > end) return OPAQUE;
  const protocol = load<u8>(at, 6);
  if (protocol == UDP) return kindOfDatagram(segment, end);
  if (protocol != TCP) return isTunnel(protocol) || isExtension(protocol) ? OPAQUE : HARMLESS;
  return kindOfSegment(packet, load<u8>(packet, LINK) == LOOPBACK ? 0 : at, at + 20, at + 36, segment, end);
}

/** `network`: where that header lies, if it is a plain one, else 0. */
function kindOfSegment(
  packet: usize,
  network: usize,
  source: usize,
  destination: usize,
  segment: usize,
  end: usize,
): u8 {
  // What is cut short is no segment to anybody.
  if (segment + 20 > end) return HARMLESS;
  if (network != 0) {
    store<u32>(packet, <u32>network, NETWORK);
    store<u32>(packet, <u32>segment, SEGMENT);
  }
  if ((load<u8>(segment, 13) & 2) == 0) return network == 0 ? UNUSUAL : HARMLESS;
  store<u8>(packet, <u8>bucketOf(source, destination, load<u32>(segment)), SYN_BUCKET);
  return SYN;
}

/** A datagram of UDP carries no SYN unless a tunnel ends at its port: see `TunnelPort`. */
function kindOfDatagram(at: usize, end: usize): u8 {
  if (at + 8 > end) return HARMLESS;
  const port = u16be(at + 2);
  const isTunnels = port == 4789 || port == 4790 || port == 6081 || port == 6635 || port == 8472;
  return isTunnels ? OPAQUE : HARMLESS;
}

/** The same for both directions. `source` and `destination` are where the last words of the addresses lie. */
@inline
export function bucketOf(source: usize, destination: usize, ports: u32): u32 {
  const word = load<u32>(source) ^ load<u32>(destination) ^ ((ports ^ (ports >> 16)) & 0xffff);
  return (word ^ (word >> 8) ^ (word >> 24)) & SYN_MASK;
}

/** The family in a loopback header, in either byte order. */
@inline
function isIpv4Family(family: u32): bool {
  return family == 2 || family == 0x02000000;
}

/** EtherTypes behind which IP may lie: those of other tags, and of tunnels. */
function isTag(type: u32): bool {
  if (type == VLAN || type == 0x88a8 || type == 0x9100 || type == 0x9200) return true;
  return type == 0x8847 || type == 0x8848 || type == 0x8864;
}

/** Whether behind this service access point, in the header of an 802.3 frame, IP may lie. */
@inline
function mayLeadToIp(point: u8): bool {
  return (point & 0xfe) == 0x06 || (point & 0xfe) == 0xaa;
}

/** See `isTunnel` of the general way. */
@inline
function isTunnel(protocol: u8): bool {
  return protocol == 4 || protocol == 41 || protocol == 47 || protocol == 137 || protocol == 143;
}

/** Headers of IPv6 behind which another one lies. */
@inline
function isExtension(protocol: u8): bool {
  return protocol == 0 || protocol == 43 || protocol == 44 || protocol == 60;
}
