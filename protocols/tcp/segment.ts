import { s32be, u8, u16be } from '../bytes.ts';

/** Flag bits of the TCP header's 14th byte. Source: RFC 9293 §3.1. */
export const TcpFlag = {
  fin: 0x01,
  syn: 0x02,
  rst: 0x04,
  psh: 0x08,
  ack: 0x10,
  urg: 0x20,
  ece: 0x40,
  cwr: 0x80,
} as const;

/** Length of a TCP header without options, in bytes. */
export const minimumHeaderLength = 20;

/** What a decoder of one segment says; only `ok` makes all fields of the segment valid. */
export const TcpStatus = {
  ok: 0,
  /** The snapshot length or the datagram's end cut the header. */
  truncated: 1,
  /** The data offset is below 5 words or lies beyond the datagram. */
  malformed: 2,
} as const;
export type TcpStatus = (typeof TcpStatus)[keyof typeof TcpStatus];

/** One TCP segment, as numbers and offsets. One object is reused for all segments. */
export class TcpSegment {
  sourcePort = 0;
  destinationPort = 0;
  /** Signed: see sequence.ts. */
  sequence = 0;
  acknowledgment = 0;
  /** {@link TcpFlag} bits. */
  flags = 0;
  window = 0;
  checksum = 0;
  urgentPointer = 0;
  /** Offset of the header. */
  headerStart = 0;
  /** Header with options, in bytes, as the data offset says. */
  headerLength = 0;
  /** Offset of the first payload byte. */
  payloadStart = 0;
  /** Offset after the last captured payload byte. */
  payloadEnd = 0;
  /** Payload length that the headers claim; larger than `payloadEnd - payloadStart` where the packet is truncated. */
  payloadLength = 0;
}

/**
 * Reads the segment in `bytes[start, end)`, of which the IP header claims `claimedLength` bytes.
 * Source: RFC 9293 §3.1.
 */
export function decodeTcpSegment(
  bytes: Uint8Array,
  start: number,
  end: number,
  claimedLength: number,
  out: TcpSegment,
): TcpStatus {
  if (end - start < minimumHeaderLength) return TcpStatus.truncated;
  const headerLength = (u8(bytes, start + 12) >> 4) * 4;
  out.sourcePort = u16be(bytes, start);
  out.destinationPort = u16be(bytes, start + 2);
  out.sequence = s32be(bytes, start + 4);
  out.acknowledgment = s32be(bytes, start + 8);
  out.flags = u8(bytes, start + 13);
  out.window = u16be(bytes, start + 14);
  out.checksum = u16be(bytes, start + 16);
  out.urgentPointer = u16be(bytes, start + 18);
  out.headerStart = start;
  out.headerLength = headerLength;
  if (headerLength < minimumHeaderLength || headerLength > claimedLength) return TcpStatus.malformed;
  const payloadStart = start + headerLength;
  // A header whose options were cut is still a whole segment to the stream: its payload is all missing.
  out.payloadStart = Math.min(payloadStart, end);
  out.payloadEnd = end;
  out.payloadLength = claimedLength - headerLength;
  return TcpStatus.ok;
}
