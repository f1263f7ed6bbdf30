import { s32be, u8, u16be } from '../bytes.ts';
import type { Datagram } from '../datagram.ts';

/** A header without options, in bytes. Source: RFC 791 §3.1. */
export const ipv4HeaderLength = 20;

/** Reads the IPv4 header at `out.networkStart`. Source: RFC 791 §3.1. */
export function decodeIpv4(bytes: Uint8Array, out: Datagram): boolean {
  const start = out.networkStart;
  if (start + ipv4HeaderLength > out.networkEnd) return false;
  const first = u8(bytes, start);
  const headerLength = (first & 15) * 4;
  if (first >> 4 !== 4 || headerLength < ipv4HeaderLength) return false;
  // A sender that leaves cutting to its network card (TSO) hands down packets of length 0: the frame has the length.
  const totalLength = u16be(bytes, start + 2) || out.networkLength;
  const payloadStart = start + headerLength;
  if (totalLength < headerLength || payloadStart > out.networkEnd) return false;
  const fragment = u16be(bytes, start + 6);
  out.family = 4;
  out.source0 = 0;
  out.source1 = 0;
  out.source2 = 0;
  out.source3 = s32be(bytes, start + 12);
  out.destination0 = 0;
  out.destination1 = 0;
  out.destination2 = 0;
  out.destination3 = s32be(bytes, start + 16);
  out.protocol = u8(bytes, start + 9);
  out.payloadStart = payloadStart;
  out.payloadEnd = Math.min(out.networkEnd, start + totalLength);
  out.payloadLength = totalLength - headerLength;
  out.identification = u16be(bytes, start + 4);
  out.moreFragments = (fragment & 0x2000) !== 0;
  out.fragmentOffset = (fragment & 0x1fff) * 8;
  out.fragmented = out.moreFragments || out.fragmentOffset !== 0;
  return true;
}
