import type { Datagram } from './datagram.ts';
import { decodeIpv4 } from './ip/ipv4.ts';
import { decodeIpv6 } from './ip/ipv6.ts';
import { decodeEthernet, EtherType } from './link/ethernet.ts';
import { decodeLinuxCooked, decodeLinuxCooked2 } from './link/linux-cooked.ts';
import { decodeLoopback } from './link/loopback.ts';
import { decodeRaw } from './link/raw.ts';
import { type CapturedPacket, LinkType } from './packet.ts';

/**
 * Finds the IP datagram in a packet: link header, network header, extension headers.
 * Returns false, and sets `out.family` to 0, where there is none, or where its headers are cut or malformed.
 */
export function dissect(packet: CapturedPacket, out: Datagram): boolean {
  out.family = 0;
  out.etherType = 0;
  if (!decodeLink(packet, out)) return false;
  if (out.etherType === EtherType.ipv4) return decodeIpv4(packet.bytes, out);
  if (out.etherType === EtherType.ipv6) return decodeIpv6(packet.bytes, out);
  return false;
}

function decodeLink(packet: CapturedPacket, out: Datagram): boolean {
  const { bytes, start, end, originalLength } = packet;
  switch (packet.linkType) {
    case LinkType.ethernet:
      return decodeEthernet(bytes, start, end, originalLength, out);
    case LinkType.linuxCooked:
      return decodeLinuxCooked(bytes, start, end, originalLength, out);
    case LinkType.linuxCooked2:
      return decodeLinuxCooked2(bytes, start, end, originalLength, out);
    case LinkType.null:
    case LinkType.loop:
      return decodeLoopback(bytes, start, end, originalLength, out);
    case LinkType.raw:
    case LinkType.ipv4:
    case LinkType.ipv6:
      return decodeRaw(bytes, start, end, originalLength, out);
    default:
      return false;
  }
}
