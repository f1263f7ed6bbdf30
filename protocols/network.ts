import type { Datagram } from './datagram.ts';
import { decodeIpv4 } from './ip/ipv4.ts';
import { decodeIpv6 } from './ip/ipv6.ts';
import { EtherType } from './link/ethernet.ts';
import { skipLabels } from './tunnel/mpls.ts';
import { skipPppoe } from './tunnel/ppp.ts';

/**
 * Reads the IP header at `out.networkStart`, behind MPLS labels or PPPoE where `out.etherType` says that they are there.
 * Returns false where there is none, or where its headers are cut or malformed.
 */
export function decodeNetwork(bytes: Uint8Array, out: Datagram): boolean {
  switch (out.etherType) {
    case EtherType.ipv4:
      return decodeIpv4(bytes, out);
    case EtherType.ipv6:
      return decodeIpv6(bytes, out);
    case EtherType.mpls:
    case EtherType.mplsMulticast:
      return skipLabels(bytes, out) && decodeNetwork(bytes, out);
    case EtherType.pppoeSession:
      return skipPppoe(bytes, out) && decodeNetwork(bytes, out);
    default:
      return false;
  }
}
