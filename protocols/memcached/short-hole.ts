import type { Arrival } from '../protocol.ts';

/** What every network carries in a segment (RFC 9293 §3.7.1). */
export const leastSegment = 536;

/** The shortest request and the shortest answer take so many bytes. */
const leastMessage = 'mn\r\n'.length;

/**
 * Whether a hole of so many bytes ends where something was written: of what is written at once, TCP cuts off segments
 * that are longer. `proof`: what proves the hole; a packet that the snapshot length cut tells nothing.
 */
export function endsWithWrite(length: number, proof: Arrival): boolean {
  return length >= leastMessage && length < leastSegment && proof.isCut !== true;
}
