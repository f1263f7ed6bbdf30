import { u16be } from '../../protocols/bytes.ts';
import { ipv6HeaderLength } from '../../protocols/ip/ipv6.ts';
import { EtherType, ethernetHeaderLength } from '../../protocols/link/ethernet.ts';
import { linuxCookedHeaderLength } from '../../protocols/link/linux-cooked.ts';
import { LinkType } from '../../protocols/packet.ts';

/** Link headers that end with the EtherType. */
const headerLengths = new Map<number, number>([
  [LinkType.ethernet, ethernetHeaderLength],
  [LinkType.linuxCooked, linuxCookedHeaderLength],
]);

/**
 * Length on the wire of a packet that fills `cap`'s buffer, as far as its IP header tells: cap itself does not say.
 * Segmentation offload makes such packets on loopback. RFC 791 §3.1 (total length), RFC 8200 §3 (payload length).
 */
export function wireLength(bytes: Buffer, captured: number, linkType: number): number {
  const headerLength = headerLengths.get(linkType);
  if (headerLength === undefined || captured < headerLength + 6) return captured;
  const etherType = u16be(bytes, headerLength - 2);
  if (etherType === EtherType.ipv4) return Math.max(captured, headerLength + u16be(bytes, headerLength + 2));
  if (etherType === EtherType.ipv6)
    return Math.max(captured, headerLength + ipv6HeaderLength + u16be(bytes, headerLength + 4));
  return captured;
}
