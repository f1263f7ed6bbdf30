import { u8, u16be, u32be, u32le } from '../../../protocols/bytes.ts';
import { EtherType, ethernetHeaderLength } from '../../../protocols/link/ethernet.ts';
import { linuxCooked2HeaderLength, linuxCookedHeaderLength } from '../../../protocols/link/linux-cooked.ts';
import { LoopbackFamily, loopbackHeaderLength } from '../../../protocols/link/loopback.ts';
import { LinkType } from '../../../protocols/packet.ts';
import { beyond, no, type Test, yes } from './outcome.ts';

/** Where one link type has its network layer, and how it names it. */
export interface LinkLayout {
  readonly networkOffset: number;
  /** Test for a network layer, given as EtherType. */
  carries(etherType: number): Test;
}

/** How NULL and LOOP captures name the network layer. */
const addressFamilies = new Map<number, readonly number[]>([
  [EtherType.ipv4, [LoopbackFamily.ipv4]],
  [EtherType.ipv6, [LoopbackFamily.ipv6NetBsd, LoopbackFamily.ipv6FreeBsd, LoopbackFamily.ipv6Darwin]],
]);

const never: Test = () => no;
const always: Test = () => yes;

/** Layout of a LINKTYPE_; undefined where it is not known. Tags (802.1Q) are not looked behind, as in libpcap. */
export function linkLayout(linkType: number): LinkLayout | undefined {
  switch (linkType) {
    case LinkType.ethernet:
      return { networkOffset: ethernetHeaderLength, carries: (etherType) => typeAt(12, etherType) };
    case LinkType.linuxCooked:
      return { networkOffset: linuxCookedHeaderLength, carries: (etherType) => typeAt(14, etherType) };
    case LinkType.linuxCooked2:
      return { networkOffset: linuxCooked2HeaderLength, carries: (etherType) => typeAt(0, etherType) };
    case LinkType.null:
      return {
        networkOffset: loopbackHeaderLength,
        carries: (etherType) => familyIn(addressFamilies.get(etherType), true),
      };
    case LinkType.loop:
      return {
        networkOffset: loopbackHeaderLength,
        carries: (etherType) => familyIn(addressFamilies.get(etherType), false),
      };
    case LinkType.raw:
      return { networkOffset: 0, carries: (etherType) => version(etherType) };
    case LinkType.ipv4:
      return { networkOffset: 0, carries: (etherType) => (etherType === EtherType.ipv4 ? always : never) };
    case LinkType.ipv6:
      return { networkOffset: 0, carries: (etherType) => (etherType === EtherType.ipv6 ? always : never) };
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
  if (etherType !== EtherType.ipv4 && etherType !== EtherType.ipv6) return never;
  const expected = etherType === EtherType.ipv4 ? 4 : 6;
  return (bytes, start, end) => (start + 1 > end ? beyond : u8(bytes, start) >> 4 === expected ? yes : no);
}
