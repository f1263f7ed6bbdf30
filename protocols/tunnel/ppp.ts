import { u8, u16be } from '../bytes.ts';
import type { Datagram } from '../datagram.ts';
import { EtherType } from '../link/ethernet.ts';

/** Protocols inside of PPP. Source: IANA "PPP DLL Protocol Numbers". */
export const PppProtocol = { ipv4: 0x0021, ipv6: 0x0057, mpls: 0x0281, mplsMulticast: 0x0283 } as const;

/** Address and control, which may be left out. Source: RFC 1662 §3.1. */
export const pppAddressAndControl = 0xff03;

const etherTypes: ReadonlyMap<number, number> = new Map([
  [PppProtocol.ipv4, EtherType.ipv4],
  [PppProtocol.ipv6, EtherType.ipv6],
  [PppProtocol.mpls, EtherType.mpls],
  [PppProtocol.mplsMulticast, EtherType.mplsMulticast],
]);

/** Moves the network header in `out` behind the PPP header there. Sources: RFC 1661 §2, RFC 1662 §3. */
export function skipPpp(bytes: Uint8Array, out: Datagram): boolean {
  let at = out.networkStart;
  if (at + 2 > out.networkEnd) return false;
  if (u16be(bytes, at) === pppAddressAndControl) at += 2;
  if (at + 2 > out.networkEnd) return false;
  // A protocol below 256 may be sent as one byte: the first byte of two is even.
  const isShort = (u8(bytes, at) & 1) === 1;
  const etherType = etherTypes.get(isShort ? u8(bytes, at) : u16be(bytes, at));
  if (etherType === undefined) return false;
  out.etherType = etherType;
  out.skipTo(at + (isShort ? 1 : 2));
  return true;
}

/** Source: RFC 2516 §4. */
export const pppoeHeaderLength = 6;

/** The code of a session's packets, which carry PPP. */
export const pppoeSessionCode = 0;

/** Moves the network header in `out` behind the headers of PPPoE and PPP there. */
export function skipPppoe(bytes: Uint8Array, out: Datagram): boolean {
  const at = out.networkStart;
  if (at + pppoeHeaderLength > out.networkEnd || u8(bytes, at + 1) !== pppoeSessionCode) return false;
  const length = u16be(bytes, at + 4);
  out.skipTo(at + pppoeHeaderLength);
  out.cutTo(length);
  return skipPpp(bytes, out);
}
