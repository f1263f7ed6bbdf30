/**
 * Every limit, named. A sniffer reads what strangers send, so nothing may grow without one. Reaching a
 * limit is an anomaly that is counted and said; see anomaly.ts.
 */
export interface Limits {
  /** Connections followed at a time; the one that was idle longest goes first. */
  readonly connections: number;
  /** Seconds of packet time without a packet after which a connection has expired. */
  readonly idleSeconds: number;
  /** Seconds of packet time for which a closed connection still swallows retransmissions of its last segments. */
  readonly closedSeconds: number;
  /** Bytes held out of order for one direction of one connection. */
  readonly outOfOrderBytes: number;
  /** Segments held out of order for one direction of one connection. */
  readonly outOfOrderSegments: number;
  /** Bytes held out of order for all connections together. */
  readonly outOfOrderTotalBytes: number;
  /** Sequence distance in bytes that is still believed; further away is another connection's or a forgery. */
  readonly sequenceWindow: number;
}

export const defaultLimits: Limits = {
  // Each costs about 1 KB; a busy memcached keeps tens of thousands open.
  connections: 200_000,
  // Longer than the keep-alive interval of common client libraries, shorter than a capture that runs for days.
  idleSeconds: 3600,
  // 2 MSL as Linux counts it (tcp_fin_timeout).
  closedSeconds: 60,
  // The largest receive window that Linux grants by default (tcp_rmem) is 6 MB: more can't be in flight.
  outOfOrderBytes: 6 * 1024 * 1024,
  // As many full-size segments as that window holds.
  outOfOrderSegments: 4096,
  outOfOrderTotalBytes: 64 * 1024 * 1024,
  // RFC 7323 §2.3: no window is larger than 2^30.
  sequenceWindow: 2 ** 30,
};
