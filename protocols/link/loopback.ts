import { u32be } from '../bytes.ts';
import type { Datagram } from '../datagram.ts';
import { EtherType } from './ethernet.ts';

/** An address family. Source: https://www.tcpdump.org/linktypes.html (LINKTYPE_NULL, LINKTYPE_LOOP) */
export const loopbackHeaderLength = 4;

/** Address families of the BSDs; each of them numbers IPv6 in its own way. */
export const LoopbackFamily = { ipv4: 2, ipv6NetBsd: 24, ipv6FreeBsd: 28, ipv6Darwin: 30 } as const;

/**
 * The address family in the header at `start`. It is in the byte order of the machine that captured
 * (NULL) or in network byte order (LOOP): families are small, so the order is the one that makes it small.
 */
export function loopbackFamily(bytes: Uint8Array, start: number): number {
  const family = u32be(bytes, start);
  if (family < 0x10000) return family;
  return (((family & 0xff) << 24) | ((family & 0xff00) << 8) | ((family >>> 8) & 0xff00) | (family >>> 24)) >>> 0;
}

/** Finds the network header in the loopback packet `bytes[start, end)`, of link type NULL or LOOP. */
export function decodeLoopback(bytes: Uint8Array, start: number, end: number, length: number, out: Datagram): boolean {
  if (start + loopbackHeaderLength > end) return false;
  switch (loopbackFamily(bytes, start)) {
    case LoopbackFamily.ipv4:
      out.etherType = EtherType.ipv4;
      break;
    case LoopbackFamily.ipv6NetBsd:
    case LoopbackFamily.ipv6FreeBsd:
    case LoopbackFamily.ipv6Darwin:
      out.etherType = EtherType.ipv6;
      break;
    default:
      return false;
  }
  out.networkStart = start + loopbackHeaderLength;
  out.networkEnd = end;
  out.networkLength = length - loopbackHeaderLength;
  return true;
}
