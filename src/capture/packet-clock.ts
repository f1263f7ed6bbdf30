/** Milliseconds by which the two clocks may differ before the wall clock counts as set anew. */
const tolerance = 2;

/** Wall-clock time for packets. */
interface PacketClock {
  /** Microseconds since 1970-01-01 UTC, a whole number. Allocates nothing. */
  now(): number;
  /** Follows a wall clock that was set; call it now and then. */
  follow(): void;
}

/**
 * A monotonic clock placed on the wall clock. Date.now() counts milliseconds only, and process.hrtime allocates; both
 * run at the same rate, so only steps of the wall clock have to be followed.
 */
export function packetClock(): PacketClock {
  let origin = performance.timeOrigin;
  return {
    now: () => Math.floor((origin + performance.now()) * 1000),
    follow() {
      const difference = Date.now() - (origin + performance.now());
      // Date.now() cuts off its fraction: up to 1 ms behind is the same time.
      if (difference > tolerance || difference < -1 - tolerance) origin += difference;
    },
  };
}
