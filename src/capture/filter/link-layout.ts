import { u8, u16be, u32be, u32le } from '../../../protocols/bytes.ts';
import { LinkType } from '../../../protocols/packet.ts';
import type { Test } from './evaluate.ts';

/** Where one link type has its network layer, and how it names it. */
export interface LinkLayout {
  readonly networkOffset: number;
  /** Test for a network layer, given as EtherType. */
  carries(etherType: number): Test;
}

const no = 0;
const yes = 1;
const beyond = -1;

const ipv4 = 0x0800;
const ipv6 = 0x86dd;

/** AF_INET6 differs between the systems that write NULL and LOOP captures: NetBSD and others, FreeBSD, macOS. */
const addressFamilies = new Map([
  [ipv4, [2]],
  [ipv6, [24, 28, 30]],
]);

const never: Test = () => no;
const always: Test = () => yes;

/** Layout of a LINKTYPE_; undefined where it is not known. Tags (802.1Q) are not looked behind, as in libpcap. */
export function linkLayout(linkType: number): LinkLayout | undefined {
  switch (linkType) {
    case LinkType.ethernet:
      return { networkOffset: 14, carries: (etherType) => typeAt(12, etherType) };
    case LinkType.linuxCooked:
      return { networkOffset: 16, carries: (etherType) => typeAt(14, etherType) };
    case LinkType.linuxCooked2:
      return { networkOffset: 20, carries: (etherType) => typeAt(0, etherType) };
    case LinkType.null:
      return { networkOffset: 4, carries: (etherType) => familyIn(addressFamilies.get(etherType), true) };
    case LinkType.loop:
      return { networkOffset: 4, carries: (etherType) => familyIn(addressFamilies.get(etherType), false) };
    case LinkType.raw:
      return { networkOffset: 0, carries: (etherType) => version(etherType) };
    case LinkType.ipv4:
      return { networkOffset: 0, carries: (etherType) => (etherType === ipv4 ? always : never) };
    case LinkType.ipv6:
      return { networkOffset: 0, carries: (etherType) => (etherType === ipv6 ? always : never) };
  }
  return undefined;
}

function typeAt(offset: number, etherType: number): Test {
  return (bytes, start, end) =>
    start + offset + 2 > end ? beyond : u16be(bytes, start + offset) === etherType ? yes : no;
}

/** NULL counts in the byte order of the machine that captured, LOOP in the network's. */
function familyIn(families: readonly number[] | undefined, anyOrder: boolean): Test {
  if (families === undefined) return never;
  return (bytes, start, end) => {
    if (start + 4 > end) return beyond;
    if (families.includes(u32be(bytes, start))) return yes;
    return anyOrder && families.includes(u32le(bytes, start)) ? yes : no;
  };
}

function version(etherType: number): Test {
  if (etherType !== ipv4 && etherType !== ipv6) return never;
  const expected = etherType === ipv4 ? 4 : 6;
  return (bytes, start, end) => (start + 1 > end ? beyond : u8(bytes, start) >> 4 === expected ? yes : no);
}
