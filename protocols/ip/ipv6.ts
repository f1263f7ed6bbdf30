import { s32be, u8, u16be, u32be } from '../bytes.ts';
import type { Datagram } from '../datagram.ts';
import { IpProtocol } from './protocol-number.ts';

/** Source: RFC 8200 §3. */
export const ipv6HeaderLength = 40;
/** Source: RFC 8200 §4.5. */
export const fragmentHeaderLength = 8;

/**
 * Reads the IPv6 header at `out.networkStart` and the extension headers behind it, so that `out.protocol`
 * and `out.payloadStart` are those of the transport layer. Sources: RFC 8200 §3 and §4, RFC 2675 (jumbograms).
 */
export function decodeIpv6(bytes: Uint8Array, out: Datagram): boolean {
  const start = out.networkStart;
  if (start + ipv6HeaderLength > out.networkEnd || u8(bytes, start) >> 4 !== 6) return false;
  out.source0 = s32be(bytes, start + 8);
  out.source1 = s32be(bytes, start + 12);
  out.source2 = s32be(bytes, start + 16);
  out.source3 = s32be(bytes, start + 20);
  out.destination0 = s32be(bytes, start + 24);
  out.destination1 = s32be(bytes, start + 28);
  out.destination2 = s32be(bytes, start + 32);
  out.destination3 = s32be(bytes, start + 36);
  out.fragmented = false;
  out.moreFragments = false;
  out.fragmentOffset = 0;
  out.identification = 0;
  const payloadLength = u16be(bytes, start + 4);
  // A length of 0 announces a jumbogram; until its option is found, the frame bounds the headers.
  const claimedEnd = start + ipv6HeaderLength + (payloadLength || out.networkLength - ipv6HeaderLength);
  out.payloadEnd = Math.min(out.networkEnd, claimedEnd);
  out.payloadStart = start + ipv6HeaderLength;
  out.protocol = u8(bytes, start + 6);
  if (!skipExtensionHeaders(bytes, out)) return false;
  out.payloadLength = claimedEnd - out.payloadStart;
  if (out.payloadLength < 0) return false;
  out.family = 6;
  return true;
}

/** Walks the extension headers; false where one of them was cut. */
function skipExtensionHeaders(bytes: Uint8Array, out: Datagram): boolean {
  for (;;) {
    const at = out.payloadStart;
    let length = fragmentHeaderLength;
    switch (out.protocol) {
      case IpProtocol.hopByHop:
      case IpProtocol.destinationOptions:
      case IpProtocol.routing:
        if (at + 2 > out.payloadEnd) return false;
        length = (u8(bytes, at + 1) + 1) * 8;
        break;
      case IpProtocol.fragment:
        if (at + fragmentHeaderLength > out.payloadEnd) return false;
        readFragmentHeader(bytes, at, out);
        break;
      default:
        return true;
    }
    if (at + length > out.payloadEnd) return false;
    out.protocol = u8(bytes, at);
    out.payloadStart = at + length;
    // What follows a later fragment's header is a part of the payload, not a header.
    if (out.fragmentOffset !== 0) return true;
  }
}

function readFragmentHeader(bytes: Uint8Array, at: number, out: Datagram): void {
  const fragment = u16be(bytes, at + 2);
  out.fragmentOffset = fragment & 0xfff8;
  out.moreFragments = (fragment & 1) !== 0;
  // A fragment that is all of its datagram is no fragment (RFC 6946).
  out.fragmented = out.moreFragments || out.fragmentOffset !== 0;
  out.identification = u32be(bytes, at + 4);
}
