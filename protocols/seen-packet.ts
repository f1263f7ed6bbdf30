import { Datagram } from './datagram.ts';
import { type CapturedPacket, emptyPacket, furthestUs } from './packet.ts';
import { TcpSegment } from './tcp/segment.ts';
import { UdpDatagram } from './udp.ts';

/** What a packet holds, as far as anybody follows it. */
export const Content = { other: 0, tcp: 1, udp: 2 } as const;
export type Content = (typeof Content)[keyof typeof Content];

const nothing: Buffer = Buffer.alloc(0);

/** A packet that is decoded and not processed yet. Its objects are used again for later packets. */
export class SeenPacket {
  readonly packet = emptyPacket();
  /**
   * Packet time in microseconds since 1970-01-01 UTC, 2^53 at most. A field, since a number of that size would be boxed
   * when returned.
   */
  timeUs = 0;
  readonly datagram = new Datagram();
  content: Content = Content.other;
  readonly segment = new TcpSegment();
  readonly udp = new UdpDatagram();
  /** Holds the transport payload: the packet's own bytes, or those of fragments put together. */
  bytes: Buffer = nothing;
  /** The same number for both directions of a connection, and for few others. */
  pair = 0;
  /** Of a datagram: its time stamp is earlier than that of the datagram captured before it. */
  isEarly = false;

  /** Takes over what a borrowed packet says. */
  copy(packet: CapturedPacket): void {
    const own = this.packet;
    // Most packets lie in the same buffer as the one before them; storing a reference anew is not free.
    if (own.bytes !== packet.bytes) own.bytes = packet.bytes;
    if (this.bytes !== packet.bytes) this.bytes = packet.bytes;
    own.start = packet.start;
    own.end = packet.end;
    own.originalLength = packet.originalLength;
    own.seconds = packet.seconds;
    own.nanoseconds = packet.nanoseconds;
    own.linkType = packet.linkType;
    own.number = packet.number;
    const timeUs = packet.seconds * 1e6 + Math.floor(packet.nanoseconds / 1000);
    this.timeUs = Math.abs(timeUs) > furthestUs ? Math.sign(timeUs) * furthestUs : timeUs;
    this.content = Content.other;
  }
}

/** Whether two packets go between the same ports, in whichever direction. */
export function areOfOnePair(one: SeenPacket, other: SeenPacket): boolean {
  return areParallel(one, other) || areOpposite(one, other);
}

/** Whether two packets go between the same ports, in the same direction. */
export function areParallel(one: SeenPacket, other: SeenPacket): boolean {
  const a = one.datagram;
  const b = other.datagram;
  const from = transportOf(one);
  const to = transportOf(other);
  return (
    from.sourcePort === to.sourcePort &&
    from.destinationPort === to.destinationPort &&
    a.family === b.family &&
    a.source3 === b.source3 &&
    a.source2 === b.source2 &&
    a.source1 === b.source1 &&
    a.source0 === b.source0 &&
    a.destination3 === b.destination3 &&
    a.destination2 === b.destination2 &&
    a.destination1 === b.destination1 &&
    a.destination0 === b.destination0
  );
}

function areOpposite(one: SeenPacket, other: SeenPacket): boolean {
  const a = one.datagram;
  const b = other.datagram;
  const from = transportOf(one);
  const to = transportOf(other);
  return (
    from.sourcePort === to.destinationPort &&
    from.destinationPort === to.sourcePort &&
    a.family === b.family &&
    a.source3 === b.destination3 &&
    a.source2 === b.destination2 &&
    a.source1 === b.destination1 &&
    a.source0 === b.destination0 &&
    a.destination3 === b.source3 &&
    a.destination2 === b.source2 &&
    a.destination1 === b.source1 &&
    a.destination0 === b.source0
  );
}

/** By packet time. */
export function isEarlier({ packet: one }: SeenPacket, { packet: other }: SeenPacket): boolean {
  return one.seconds === other.seconds ? one.nanoseconds < other.nanoseconds : one.seconds < other.seconds;
}

/** By packet time; where that says nothing, by the order of the capture. */
export function isLater(one: SeenPacket, other: SeenPacket): boolean {
  return isEarlier(other, one) || (!isEarlier(one, other) && one.packet.number > other.packet.number);
}

/** The ports of a packet that is followed. */
export function transportOf(seen: SeenPacket): Pick<TcpSegment, 'sourcePort' | 'destinationPort'> {
  return seen.content === Content.udp ? seen.udp : seen.segment;
}
