/** Where the headers of one packet lie, as offsets into its buffer. One object is reused for all packets. */
export class Datagram {
  /** 4, 6, or 0 where the packet holds no IP that could be read. */
  family: 0 | 4 | 6 = 0;
  /** EtherType of the network layer, after VLAN tags; 0 where the link layer names none. */
  etherType = 0;
  /** Offset of the network header. */
  networkStart = 0;
  /** Offset after the last captured byte that belongs to the network layer as far as the link layer knows. */
  networkEnd = 0;
  /** Bytes on the wire from the network header to the end of the frame; a link trailer or padding is included. */
  networkLength = 0;
  /** Source address as four signed 32-bit words; IPv4 uses the last one and leaves the others 0. */
  source0 = 0;
  source1 = 0;
  source2 = 0;
  source3 = 0;
  destination0 = 0;
  destination1 = 0;
  destination2 = 0;
  destination3 = 0;
  /** IP protocol number of the payload, after IPv6 extension headers. */
  protocol = 0;
  /** Offset of the transport header. */
  payloadStart = 0;
  /** Offset after the last captured payload byte: never beyond the IP length, so Ethernet padding is left out. */
  payloadEnd = 0;
  /**
   * Payload length that the IP header claims; larger than `payloadEnd - payloadStart` where the packet is truncated.
   */
  payloadLength = 0;
  /** True for every fragment of a fragmented datagram, the first one too. */
  fragmented = false;
  /** Offset of this fragment in the original payload, in bytes. */
  fragmentOffset = 0;
  /** True for every fragment but the last. */
  moreFragments = false;
  /** What the fragments of one datagram have in common: 16 bits in IPv4, 32 bits in IPv6. */
  identification = 0;

  /** The network header was found further behind, at `at`. */
  skipTo(at: number): void {
    this.networkLength -= at - this.networkStart;
    this.networkStart = at;
  }

  /** The network layer ends after `length` bytes at the latest. */
  cutTo(length: number): void {
    if (length >= this.networkLength) return;
    this.networkLength = length;
    this.networkEnd = Math.min(this.networkEnd, this.networkStart + length);
  }
}
