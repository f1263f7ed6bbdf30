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
  /** Bytes of a command line or answer line whose end has not come yet. */
  readonly commandLineBytes: number;
  /** Bytes of a command line that lists keys and whose end has not come yet. */
  readonly retrievalLineBytes: number;
  /** Keys that are kept of one request, and of one answer; more are only counted. */
  readonly keysPerRequest: number;
  /**
   * Bytes held behind a line of which only the answer tells whether the server swallows its block, with bookkeeping.
   */
  readonly doubtfulBytes: number;
  /**
   * Bytes kept of a connection begun before the capture, and of what is to be told of one on any port, until it is
   * known what it speaks, with bookkeeping.
   */
  readonly recognitionBytes: number;
  /** Servers on any port that are known to be memcached. */
  readonly recognizedServers: number;
  /** Bytes of lines, heads and doubtful blocks that are not complete, for all connections together. */
  readonly unfinishedTotalBytes: number;
  /** Requests of one connection that await their answer. */
  readonly pendingRequests: number;
  /** Requests of one connection read behind a hole that nothing has proven to be requests yet. */
  readonly tentativeRequests: number;
  /** Bytes of requests that await their answer, and of answers held for them, for all connections together. */
  readonly pendingTotalBytes: number;
  /** Pending requests that may be looked at, for each one sent, to find out which one an answer belongs to. */
  readonly looksPerRequest: number;
  /** Sequence distance in bytes that is still believed; further away is another connection's or a forgery. */
  readonly sequenceWindow: number;
  /** How far from the last byte seen a reset, or data after the close, still is of the connection, in bytes. */
  readonly resetWindow: number;
  /** Fragmented IP datagrams that are put together at a time; the one begun first goes first. */
  readonly fragmentedDatagrams: number;
  /** Bytes of fragments held for all of them together, with their bookkeeping. */
  readonly fragmentBytes: number;
  /** Seconds of packet time within which all fragments of a datagram must come. */
  readonly fragmentSeconds: number;
  /** UDP requests remembered, with or without their answer; the oldest goes first. */
  readonly udpRequests: number;
  /** Seconds of packet time for which a UDP request is remembered: one without an answer then stays unanswered. */
  readonly udpRequestSeconds: number;
  /** Bytes that UDP requests take, with answers held until the datagrams before them come, for all together. */
  readonly udpHeldBytes: number;
  /** Packets of a capture file that are known before one is processed, so that order can be told from loss. */
  readonly lookAheadPackets: number;
  /** Conversations per IP version and generation whose relative sequence numbers the printed lines remember. */
  readonly lineConversations: number;
  /** Connections that explanations remember: of two generations, so many each. */
  readonly explainedConnections: number;
}

export const defaultLimits: Limits = {
  // A busy memcached keeps tens of thousands open; at 2 KB each and as much again before it is collected, half a
  // gigabyte.
  connections: 131_072,
  // Longer than the keep-alive interval of common client libraries, shorter than a capture that runs for days.
  idleSeconds: 3600,
  // 2 MSL as Linux counts it (tcp_fin_timeout).
  closedSeconds: 60,
  // The largest receive window that Linux grants by default (tcp_rmem) is 6 MB: more can't be in flight.
  outOfOrderBytes: 6 * 1024 * 1024,
  // As many full-size segments as that window holds.
  outOfOrderSegments: 4096,
  outOfOrderTotalBytes: 64 * 1024 * 1024,
  // The server's read buffer (READ_BUFFER_SIZE): a line that does not fit makes it close the connection.
  commandLineBytes: 16 * 1024,
  // The server lets these grow; a million keys of 15 characters fit.
  retrievalLineBytes: 16 * 1024 * 1024,
  // As many of 15 characters as the longest line holds.
  keysPerRequest: 1_000_000,
  // Such a line is a bug of the client's: what follows it is worth no more.
  doubtfulBytes: 128 * 1024,
  // What is told of three hundred requests: only those without an answer can be so many before one is answered.
  recognitionBytes: 256 * 1024,
  // More than a capture point sees; each is a line of text.
  recognizedServers: 16_384,
  // Three of the longest lines at a time, or a hundred thousand short ones.
  unfinishedTotalBytes: 96 * 1024 * 1024,
  // Deeper than any pipeline that a client is known to send.
  pendingRequests: 200_000,
  // An answer with a key or an opaque proves them, or three answers in a row: no client sends on as long without any.
  tentativeRequests: 10_000,
  // As many short requests as pendingRequests, or two of a million keys.
  pendingTotalBytes: 160 * 1024 * 1024,
  // Whoever sends can see to it that all are looked at in vain. That many take some microseconds, as reading a request
  // does.
  looksPerRequest: 256,
  // RFC 7323 §2.3: no window is larger than 2^30.
  sequenceWindow: 2 ** 30,
  // A receiver takes a reset only inside its window (RFC 9293 §3.5.3): see outOfOrderBytes.
  resetWindow: 6 * 1024 * 1024,
  // As many as Linux's own default memory for fragments (ipfrag_high_thresh, 4 MB) holds of 4 KB each, with
  // bookkeeping.
  fragmentedDatagrams: 1024,
  fragmentBytes: 6 * 1024 * 1024,
  // Linux's ipfrag_time.
  fragmentSeconds: 30,
  // Far more than a server has under way; an answered one is remembered only to know its answer again.
  udpRequests: 16_384,
  // Clients wait milliseconds; a request id that comes again within a minute is told by its bytes.
  udpRequestSeconds: 60,
  // As many requests as that, or answers of 1 MiB to a hundred of them.
  udpHeldBytes: 64 * 1024 * 1024,
  // Three times the distance over which networks and capture queues are known to swap packets.
  lookAheadPackets: 64,
  // 28 bytes each with IPv4, 52 with IPv6, in up to two generations: see RelativeSequence.
  lineConversations: 1_048_576,
  // About 1 KB each, in up to two generations.
  explainedConnections: 16_384,
};
