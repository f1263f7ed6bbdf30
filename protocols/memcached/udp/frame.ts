import { u16be } from '../../bytes.ts';
import type { Arrival, DatagramPayload } from '../../protocol.ts';

/**
 * Length of the header before the text or binary bytes of each datagram. Source: memcached doc/protocol.txt, UDP
 * protocol.
 */
export const udpFrameLength = 8;

/** Bytes behind the header that the server puts into each datagram of an answer but the last (UDP_DATA_SIZE). */
export const fullUdpPayload = 1392;

/** What the decoder says; only `ok` makes all fields valid. */
export const UdpFrameStatus = {
  ok: 0,
  /** The snapshot length cut the header. */
  truncated: 1,
  /** The datagram is shorter than the header. */
  malformed: 2,
} as const;
export type UdpFrameStatus = (typeof UdpFrameStatus)[keyof typeof UdpFrameStatus];

const nothing: Buffer = Buffer.alloc(0);
const nowhere: Arrival = { timeUs: 0, packet: 0, acknowledged: -1 };

/** One datagram: the header, four big-endian 16-bit numbers, and what follows it. One object is reused for all. */
export class UdpFrame {
  /** Chosen by the client; every datagram of the answer carries it. */
  requestId = 0;
  /** Position of this datagram in its message, from 0. */
  sequence = 0;
  /** Datagrams of the message. */
  total = 0;
  /** Always 0. */
  reserved = 0;
  /** What was captured behind the header is `bytes[start, end)`. */
  bytes: Buffer = nothing;
  start = 0;
  end = 0;
  /** Bytes behind the header on the wire. */
  length = 0;
  /** IP's number for the datagram, 0 where none is known. */
  identification = 0;
  /** The packet that brought it. */
  arrival: Arrival = nowhere;

  /** The server takes one datagram a request and looks at nothing else of the header. */
  get isRequest(): boolean {
    return this.total === 1 && this.length > 0;
  }

  /** `quit` is answered by a header alone that counts no datagram. */
  get isAnswer(): boolean {
    if (this.reserved !== 0) return false;
    return this.length === 0 ? this.total === 0 : this.sequence < this.total;
  }

  /** One that outlives its packet. */
  copy(): UdpFrame {
    const { bytes, start, end, arrival } = this;
    const copy = Object.assign(new UdpFrame(), this);
    // Memory of its own: a slice of a pooled buffer would keep the whole pool alive.
    copy.bytes = Buffer.allocUnsafeSlow(end - start);
    bytes.copy(copy.bytes, 0, start, end);
    copy.start = 0;
    copy.end = copy.bytes.length;
    copy.arrival = { timeUs: arrival.timeUs, packet: arrival.packet, acknowledged: -1 };
    return copy;
  }
}

/** Reads a datagram's payload; `out` borrows its bytes, and `arrival`. */
export function decodeUdpFrame(payload: DatagramPayload, arrival: Arrival, out: UdpFrame): UdpFrameStatus {
  const { bytes, start, end, length, identification } = payload;
  if (length < udpFrameLength) return UdpFrameStatus.malformed;
  if (end - start < udpFrameLength) return UdpFrameStatus.truncated;
  out.requestId = u16be(bytes, start);
  out.sequence = u16be(bytes, start + 2);
  out.total = u16be(bytes, start + 4);
  out.reserved = u16be(bytes, start + 6);
  out.bytes = bytes;
  out.start = start + udpFrameLength;
  out.end = end;
  out.length = length - udpFrameLength;
  out.identification = identification;
  out.arrival = arrival;
  return UdpFrameStatus.ok;
}
