/** What a segment shows beside the bytes that it brings; `fromClient`: who sent it. */
export type SegmentFact =
  /** The client's ACK completes the handshake: µs from SYN to SYN+ACK, and from that to ACK. */
  | { readonly kind: 'handshake'; readonly serverUs: number; readonly clientUs: number }
  /**
   * All that it brings was seen before: `[start, end)` of its side's stream, or the SYN. `pauseUs`: since its side had sent
   * anything but acknowledgments, in packet `afterPacket`.
   */
  | {
      readonly kind: 'retransmission';
      readonly fromClient: boolean;
      readonly start: number;
      readonly end: number;
      readonly isSyn: boolean;
      readonly pauseUs: number;
      readonly afterPacket: number;
      /** It came after the end of the connection was told: a FIN whose acknowledgment was lost. */
      readonly isLate?: true;
    }
  /** After the end of the connection was told: the last FIN is acknowledged, and nothing more is due. */
  | { readonly kind: 'last_ack'; readonly fromClient: boolean }
  /** The packet was captured twice, as on all devices or behind a mirror port: the network saw it once. */
  | { readonly kind: 'copy'; readonly fromClient: boolean }
  /** It fills a hole that later segments of its side have left. */
  | { readonly kind: 'out_of_order'; readonly fromClient: boolean }
  /** Its sender takes no more bytes, or takes some again. */
  | { readonly kind: 'zero_window' | 'window_open'; readonly fromClient: boolean }
  /** It asks whether the other side, whose window is 0, takes bytes again. */
  | { readonly kind: 'probe'; readonly fromClient: boolean }
  /**
   * Its payload, which begins at `start` of its side's stream, leaves behind a bare ACK that came late: the segment before,
   * smaller than it could be, was sent at `sinceUs`. `hasWaited`: so shortly behind that it must have waited for it.
   */
  | {
      readonly kind: 'delayed_ack';
      readonly fromClient: boolean;
      readonly start: number;
      readonly sinceUs: number;
      readonly sincePacket: number;
      readonly ackUs: number;
      readonly ackPacket: number;
      readonly hasWaited: boolean;
    }
  /**
   * It says that its sender will send no more, or resets the connection. `at`: offset of the end in the stream of its side;
   * -1 where that is not known.
   */
  | { readonly kind: 'fin' | 'rst'; readonly fromClient: boolean; readonly at: number };
