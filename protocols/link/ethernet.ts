import { u8, u16be } from '../bytes.ts';
import type { Datagram } from '../datagram.ts';

/** EtherTypes that the program looks for. Source: IANA "IEEE 802 Numbers". */
export const EtherType = {
  ipv4: 0x0800,
  arp: 0x0806,
  rarp: 0x8035,
  vlan: 0x8100,
  ipv6: 0x86dd,
  /** 802.1ad, the outer tag of QinQ. */
  serviceVlan: 0x88a8,
  /** Outer tags from before 802.1ad. */
  vlan9100: 0x9100,
  vlan9200: 0x9200,
  mpls: 0x8847,
  mplsMulticast: 0x8848,
  pppoeDiscovery: 0x8863,
  pppoeSession: 0x8864,
  ppp: 0x880b,
  /** An Ethernet frame inside of a tunnel. */
  transparentEthernet: 0x6558,
} as const;

/** Two addresses and the type or length. Source: IEEE 802.3 §3.2. */
export const ethernetHeaderLength = 14;
/** A tag's control information and the type that follows it. Source: IEEE 802.1Q §9.6. */
export const vlanTagLength = 4;
/** Values up to this one are the length of an 802.3 frame, larger ones are types. */
export const maximumFrameLengthField = 1500;

/** True for every EtherType that announces a VLAN tag. */
export function isVlan(etherType: number): boolean {
  return (
    etherType === EtherType.vlan ||
    etherType === EtherType.serviceVlan ||
    etherType === EtherType.vlan9100 ||
    etherType === EtherType.vlan9200
  );
}

/**
 * Finds the network header in the Ethernet frame `bytes[start, end)`, behind any number of VLAN tags and
 * behind LLC where that leads to IP. `length` is the frame's length on the wire.
 */
export function decodeEthernet(bytes: Uint8Array, start: number, end: number, length: number, out: Datagram): boolean {
  let at = start + ethernetHeaderLength;
  if (at > end) return false;
  let etherType = u16be(bytes, at - 2);
  while (isVlan(etherType)) {
    at += vlanTagLength;
    if (at > end) return false;
    etherType = u16be(bytes, at - 2);
  }
  out.etherType = etherType;
  out.networkStart = at;
  out.networkEnd = end;
  out.networkLength = length - (at - start);
  if (etherType > maximumFrameLengthField) return true;
  return decodeLengthFrame(bytes, etherType, out);
}

/** An 802.3 frame: the length cuts off the padding, and an LLC header follows. */
function decodeLengthFrame(bytes: Uint8Array, frameLength: number, out: Datagram): boolean {
  out.cutTo(frameLength);
  return decodeLlc(bytes, out);
}

const llcHeaderLength = 3;
const snapHeaderLength = 5;
const unnumberedInformation = 0x03;
const ipSap = 0x06;
const snapSap = 0xaa;

/**
 * Reads the LLC header at `out.networkStart` and moves that behind it where IP follows, directly
 * (RFC 948) or under SNAP (RFC 1042). Source: IEEE 802.2 §3.2.
 */
export function decodeLlc(bytes: Uint8Array, out: Datagram): boolean {
  const at = out.networkStart;
  if (at + llcHeaderLength > out.networkEnd || u8(bytes, at + 2) !== unnumberedInformation) return false;
  // The lowest bit says group or response, not which service.
  const sap = u8(bytes, at) & 0xfe;
  if (sap !== (u8(bytes, at + 1) & 0xfe)) return false;
  let headerLength = llcHeaderLength;
  if (sap === ipSap) {
    out.etherType = EtherType.ipv4;
  } else if (sap === snapSap && at + llcHeaderLength + snapHeaderLength <= out.networkEnd) {
    const organization = (u8(bytes, at + 3) << 16) | u16be(bytes, at + 4);
    // 00-00-F8 is Cisco's bridged Ethernet, which also counts in EtherTypes.
    if (organization !== 0 && organization !== 0x0000f8) return false;
    headerLength += snapHeaderLength;
    out.etherType = u16be(bytes, at + 6);
  } else {
    return false;
  }
  out.skipTo(at + headerLength);
  return true;
}
