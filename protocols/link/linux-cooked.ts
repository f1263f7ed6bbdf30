import { u16be } from '../bytes.ts';
import type { Datagram } from '../datagram.ts';
import { decodeLlc, EtherType, maximumFrameLengthField, vlanTagLength } from './ethernet.ts';

/** Source: https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html */
export const linuxCookedHeaderLength = 16;
/** Source: https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html */
export const linuxCooked2HeaderLength = 20;
/** The protocol value that says that an LLC header follows (Linux's ETH_P_802_2). */
export const cookedLlc = 4;
/** ARPHRD_IEEE80211_RADIOTAP: what follows is a radio header, whatever the protocol field says. */
export const radiotapHardware = 803;

/** Finds the network header in the cooked packet `bytes[start, end)` of version 1. */
export function decodeLinuxCooked(
  bytes: Uint8Array,
  start: number,
  end: number,
  length: number,
  out: Datagram,
): boolean {
  if (start + linuxCookedHeaderLength > end || u16be(bytes, start + 2) === radiotapHardware) return false;
  return decodePayload(bytes, start, end, length, linuxCookedHeaderLength, u16be(bytes, start + 14), out);
}

/** Finds the network header in the cooked packet `bytes[start, end)` of version 2. */
export function decodeLinuxCooked2(
  bytes: Uint8Array,
  start: number,
  end: number,
  length: number,
  out: Datagram,
): boolean {
  if (start + linuxCooked2HeaderLength > end || u16be(bytes, start + 8) === radiotapHardware) return false;
  return decodePayload(bytes, start, end, length, linuxCooked2HeaderLength, u16be(bytes, start), out);
}

function decodePayload(
  bytes: Uint8Array,
  start: number,
  end: number,
  length: number,
  headerLength: number,
  protocol: number,
  out: Datagram,
): boolean {
  let at = start + headerLength;
  let etherType = protocol;
  while (etherType === EtherType.vlan) {
    at += vlanTagLength;
    if (at > end) return false;
    etherType = u16be(bytes, at - 2);
    if (etherType <= maximumFrameLengthField) etherType = cookedLlc;
  }
  out.etherType = etherType;
  out.networkStart = at;
  out.networkEnd = end;
  out.networkLength = length - (at - start);
  if (etherType > maximumFrameLengthField) return true;
  return etherType === cookedLlc && decodeLlc(bytes, out);
}
