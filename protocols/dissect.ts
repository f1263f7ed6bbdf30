import type { Datagram } from './datagram.ts';
import { decodeEthernet } from './link/ethernet.ts';
import { decodeLinuxCooked, decodeLinuxCooked2 } from './link/linux-cooked.ts';
import { decodeLoopback } from './link/loopback.ts';
import { decodeRaw } from './link/raw.ts';
import { decodeNetwork } from './network.ts';
import { type CapturedPacket, LinkType } from './packet.ts';

/**
 * Finds the IP datagram in a packet: link header, network header, extension headers.
 * Returns false, and sets `out.family` to 0, where there is none, or where its headers are cut or malformed.
 */
export function dissect(packet: CapturedPacket, out: Datagram): boolean {
  out.family = 0;
  out.etherType = 0;
  return decodeLink(packet, out) && decodeNetwork(packet.bytes, out);
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
