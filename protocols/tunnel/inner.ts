import { u8 } from '../bytes.ts';
import type { Datagram } from '../datagram.ts';
import { decodeEthernet, EtherType } from '../link/ethernet.ts';

/** Moves the network header in `out`, where an Ethernet frame lies, behind that frame's header. */
export function skipEthernet(bytes: Uint8Array, out: Datagram): boolean {
  return decodeEthernet(bytes, out.networkStart, out.networkEnd, out.networkLength, out);
}

/** Moves the network header in `out` to `at`, where IP follows of whichever version. */
export function skipToIp(bytes: Uint8Array, out: Datagram, at: number): boolean {
  if (at >= out.networkEnd) return false;
  const version = u8(bytes, at) >> 4;
  if (version !== 4 && version !== 6) return false;
  out.etherType = version === 4 ? EtherType.ipv4 : EtherType.ipv6;
  out.skipTo(at);
  return true;
}
