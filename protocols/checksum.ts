import { u8, u16be } from './bytes.ts';

/**
 * Adds the 16-bit words of `bytes[start, end)` to a sum that is not yet folded; an odd last byte counts as
 * the upper half of a word. Exact up to 2^37 bytes. Source: RFC 1071.
 */
export function addChecksum(sum: number, bytes: Uint8Array, start: number, end: number): number {
  let total = sum;
  let at = start;
  for (; at + 1 < end; at += 2) total += u16be(bytes, at);
  return at < end ? total + (u8(bytes, at) << 8) : total;
}

/** Folds a sum to 16 bits and complements it: 0 where data with a right checksum in it was summed. */
export function foldChecksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}

/** What the checksum field should hold, given what it holds and the folded checksum of the data with that in it. */
export function expectedChecksum(field: number, computed: number): number {
  const sum = field + computed;
  return (sum & 0xffff) + (sum >> 16);
}
