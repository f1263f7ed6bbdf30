/**
 * How long systems hold back an acknowledgment in the hope of sending it with data, as it is seen on the wire, in ms:
 * Linux 40, the BSDs and macOS 100, Windows 200. A sender that waits for it before it sends the rest of a message
 * (Nagle's algorithm, RFC 896) stands still for so long.
 */
const delaysMs: readonly (readonly [from: number, to: number])[] = [
  [35, 60],
  [95, 110],
  [190, 220],
];

/** How long after the ACK the rest leaves at the latest, µs, beside the round trip. */
const reactionUs = 2000;

/** None is held back for less, µs: a number that tells most without a call. */
export const shortestDelayUs = 35_000;

/** Whether an ACK that came so many µs after the bytes that it acknowledges was held back. */
export function isDelayedAck(waitUs: number): boolean {
  return delaysMs.some(([from, to]) => waitUs >= from * 1000 && waitUs <= to * 1000);
}

/** Whether a segment that left so many µs after an ACK had waited for it. */
export function leavesWithAck(delayUs: number, roundTripUs: number): boolean {
  return delayUs >= 0 && delayUs <= reactionUs + roundTripUs;
}
