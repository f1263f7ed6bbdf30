/**
 * Sequence numbers are 32-bit and wrap; here they are signed 32-bit integers, which V8 keeps unboxed.
 * Source: RFC 9293 §3.4.
 */

/** How far `a` lies after `b`, in -2^31 to 2^31 - 1; negative if before. */
export function sequenceDistance(a: number, b: number): number {
  return (a - b) | 0;
}

/** The sequence number `count` bytes after `sequence`; `count` may be any whole number below 2^53. */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) | 0;
}

/** The stream offset of `sequence`, where `knownSequence` is that of `knownOffset` and less than 2^31 away. */
export function streamOffset(sequence: number, knownSequence: number, knownOffset: number): number {
  return knownOffset + ((sequence - knownSequence) | 0);
}
