import { u16be } from '../../protocols/bytes.ts';
import { LinkType } from '../../protocols/packet.ts';

const etherTypeIpv4 = 0x0800;
const etherTypeIpv6 = 0x86dd;

/**
 * Length on the wire of a packet that fills `cap`'s buffer, as far as its IP header tells: cap itself does not say.
 * Segmentation offload makes such packets on loopback. RFC 791 §3.1 (total length), RFC 8200 §3 (payload length).
 */
export function wireLength(bytes: Buffer, captured: number, linkType: number): number {
  const headerLength = linkType === LinkType.ethernet ? 14 : linkType === LinkType.linuxCooked ? 16 : 0;
  if (headerLength === 0 || captured < headerLength + 6) return captured;
  const etherType = u16be(bytes, headerLength - 2);
  if (etherType === etherTypeIpv4) return Math.max(captured, headerLength + u16be(bytes, headerLength + 2));
  if (etherType === etherTypeIpv6) return Math.max(captured, headerLength + 40 + u16be(bytes, headerLength + 4));
  return captured;
}
