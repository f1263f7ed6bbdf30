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
    }
  /** It fills a hole that later segments of its side have left. */
  | { readonly kind: 'out_of_order'; readonly fromClient: boolean }
  /** Its sender takes no more bytes, or takes some again. */
  | { readonly kind: 'zero_window' | 'window_open'; readonly fromClient: boolean }
  /** Its sender had waited with it, since the time of its last segment, for a bare ACK that came late. */
  | { readonly kind: 'stall'; readonly fromClient: boolean; readonly sinceUs: number; readonly ackUs: number }
  /** It says that its sender will send no more, or resets the connection. */
  | { readonly kind: 'fin' | 'rst'; readonly fromClient: boolean };
