// One packet that was noted: what is known of it, and where that lies.

import { PACKET_BITS, PACKET_MASK, PACKETS } from './memory';

/** Fields of a packet. Its address is 0 where it is not here. */
export const ADDRESS: usize = 0;
export const CAPTURED: usize = 4;
export const ORIGINAL: usize = 8;
export const SECONDS: usize = 12;
export const MICROSECONDS: usize = 16;
export const PACKET_NUMBER: usize = 20;
/** How the packet begins: see `Link`. */
export const LINK: usize = 24;
/** What was found when it came into sight: see kinds.ts. */
export const KIND: usize = 25;
export const SYN_BUCKET: usize = 26;
/** What the host has to know of it. */
export const NANOSECONDS: usize = 28;
export const CHUNK: usize = 32;
export const CHUNK_START: usize = 36;
export const LINK_TYPE: usize = 40;
export const EXACT_SECONDS: usize = 48;
/** Where the headers of IP and TCP begin that were found when it came into sight; 0 where it is no plain segment. */
export const NETWORK: usize = 56;
export const SEGMENT: usize = 60;

/** Link headers. */
export const RAW: u8 = 0;
export const ETHERNET: u8 = 1;
export const COOKED: u8 = 2;
export const LOOPBACK: u8 = 3;
export const COOKED_2: u8 = 4;

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

/** When a packet was captured, µs. */
@inline
export function timeOf(packet: usize): f64 {
  return <f64>load<u32>(packet, SECONDS) * 1e6 + <f64>load<u32>(packet, MICROSECONDS);
}

/** Of 64 bits as the general way counts these times, 32. */
@inline
export function milliseconds(us: f64): i32 {
  return <i32>(<u32>(<u64>(us / 1000)));
}
