// The header of a message of the binary protocol, where it lies in a packet.

import { u16be, u32be } from './packet';

export const HEADER_LENGTH: usize = 24;

export const REQUEST_MAGIC: u8 = 0x80;
export const ANSWER_MAGIC: u8 = 0x81;

/** What an answer may say. */
export const SUCCESS: u32 = 0;
export const KEY_NOT_FOUND: u32 = 1;
export const KEY_EXISTS: u32 = 2;
export const NOT_STORED: u32 = 5;

/** What this way takes of a body: its length is a positive number to everybody. */
const mostBody: u32 = 1 << 30;

/** What was read of a header: lengths in bytes, and the number of the command. */
export let code: i32 = 0;
export let keyLength: usize = 0;
export let extrasLength: usize = 0;
export let valueLength: u32 = 0;
/** Bytes of header, extras and key. */
export let headLength: usize = 0;

/** Reads the header of a message at `at`; false where it is not of this way, or header, extras and key are not all there. */
export function readHeader(at: usize, end: usize, magic: u8): bool {
  if (end - at < HEADER_LENGTH || load<u8>(at) != magic || load<u8>(at, 5) != 0) return false;
  code = load<u8>(at, 1);
  keyLength = u16be(at + 2);
  extrasLength = load<u8>(at, 4);
  const bodyLength = u32be(at + 8);
  const inHead = <u32>(keyLength + extrasLength);
  if (bodyLength > mostBody || bodyLength < inHead) return false;
  valueLength = bodyLength - inHead;
  headLength = HEADER_LENGTH + inHead;
  return end - at >= headLength;
}

@inline
export function statusAt(header: usize): u32 {
  return u16be(header + 6);
}

/** As the sender chose it: nobody reads it as a number but to compare it. */
@inline
export function opaqueAt(header: usize): u32 {
  return load<u32>(header, 12);
}

@inline
export function uniqueAt(header: usize): u64 {
  return u64be(header + 16);
}

@inline
export function u64be(at: usize): u64 {
  return bswap<u64>(load<u64>(at));
}
