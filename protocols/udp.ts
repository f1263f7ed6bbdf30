import { u16be } from './bytes.ts';

/** Source: RFC 768. */
export const udpHeaderLength = 8;

/** What the decoder says; only `ok` makes all fields valid. */
export const UdpStatus = {
  ok: 0,
  /** The snapshot length or the datagram's end cut the header. */
  truncated: 1,
  /** The length field is below the header's length or beyond the datagram. */
  malformed: 2,
} as const;
export type UdpStatus = (typeof UdpStatus)[keyof typeof UdpStatus];

/** One UDP datagram, as numbers and offsets. One object is reused for all. */
export class UdpDatagram {
  sourcePort = 0;
  destinationPort = 0;
  /** Offset of the first payload byte. */
  payloadStart = 0;
  /** Offset after the last captured payload byte. */
  payloadEnd = 0;
  /** Payload length that the header claims; larger than `payloadEnd - payloadStart` where the packet is truncated. */
  payloadLength = 0;
}

/**
 * Reads the UDP header in `bytes[start, end)`, of which the IP header claims `claimedLength` bytes.
 * Source: RFC 768; a length of 0 is a jumbogram's (RFC 2675 §4).
 */
export function decodeUdp(
  bytes: Uint8Array,
  start: number,
  end: number,
  claimedLength: number,
  out: UdpDatagram,
): UdpStatus {
  if (end - start < udpHeaderLength) return UdpStatus.truncated;
  out.sourcePort = u16be(bytes, start);
  out.destinationPort = u16be(bytes, start + 2);
  let length = u16be(bytes, start + 4);
  if (length === 0 && claimedLength > 0xffff) length = claimedLength;
  if (length < udpHeaderLength || length > claimedLength) return UdpStatus.malformed;
  out.payloadStart = start + udpHeaderLength;
  out.payloadEnd = Math.min(end, start + length);
  out.payloadLength = length - udpHeaderLength;
  return UdpStatus.ok;
}
