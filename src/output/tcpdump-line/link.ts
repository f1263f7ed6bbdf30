import { u8, u16be, u32be } from '../../../protocols/bytes.ts';
import {
  EtherType,
  ethernetHeaderLength,
  isVlan,
  maximumFrameLengthField,
  vlanTagLength,
} from '../../../protocols/link/ethernet.ts';
import {
  cookedLlc,
  linuxCooked2HeaderLength,
  linuxCookedHeaderLength,
  radiotapHardware,
} from '../../../protocols/link/linux-cooked.ts';
import { LoopbackFamily, loopbackFamily, loopbackHeaderLength } from '../../../protocols/link/loopback.ts';
import { type CapturedPacket, LinkType } from '../../../protocols/packet.ts';
import { hardwareAddress } from './address.ts';
import type { LineContext, LineOptions } from './context.ts';
import { hexAsciiDump } from './hexdump.ts';
import { printIp } from './ip.ts';
import { printIp6 } from './ip6.ts';
import { printLlc } from './llc.ts';
import { addressFamilyNames, etherTypeNames } from './names.ts';
import { printEtherPayload } from './network.ts';
import type { TransportState } from './transport-state.ts';

const hardwareAddressLength = 6;
const jumboFrame = 0x8870;

/** Prints a packet from its link header on; false where the capture ends within a field that is needed. */
export function printLink(line: LineContext, state: TransportState, packet: CapturedPacket): boolean {
  const { start, originalLength } = packet;
  switch (packet.linkType) {
    case LinkType.ethernet:
      return printEthernet(line, state, start, originalLength);
    case LinkType.linuxCooked:
      return printCooked(line, state, start, originalLength);
    case LinkType.linuxCooked2:
      return printCooked2(line, state, start, originalLength);
    case LinkType.null:
    case LinkType.loop:
      return printLoopback(line, state, start, originalLength);
    case LinkType.raw:
    case LinkType.ipv4:
    case LinkType.ipv6:
      return printRaw(line, state, start, originalLength);
    default:
      line.out.text('link type ');
      line.out.decimal(packet.linkType);
      printLength(line, originalLength, '');
      return true;
  }
}

function printRaw(line: LineContext, state: TransportState, start: number, length: number): boolean {
  const { out } = line;
  line.layer = 'ipn';
  if (line.options.linkHeader) out.text('ip: ');
  if (!line.has(start, 1)) return false;
  const version = u8(line.bytes, start) >> 4;
  if (version === 4) return printIp(line, state, start, length);
  if (version === 6) return printIp6(line, state, start, length);
  out.text('unknown ip ');
  out.decimal(version);
  return true;
}

/** Source: https://www.tcpdump.org/linktypes.html (LINKTYPE_NULL, LINKTYPE_LOOP) */
function printLoopback(line: LineContext, state: TransportState, start: number, length: number): boolean {
  line.layer = 'null';
  if (!line.has(start, loopbackHeaderLength)) return false;
  line.linkLength = loopbackHeaderLength;
  const family = loopbackFamily(line.bytes, start);
  if (line.options.linkHeader) printFamily(line, family, length);
  const at = start + loopbackHeaderLength;
  const rest = length - loopbackHeaderLength;
  switch (family) {
    case LoopbackFamily.ipv4:
      return printIp(line, state, at, rest);
    case LoopbackFamily.ipv6NetBsd:
    case LoopbackFamily.ipv6FreeBsd:
    case LoopbackFamily.ipv6Darwin:
      return printIp6(line, state, at, rest);
    default:
      if (!line.options.linkHeader) printFamily(line, family, length);
      dumpUnknown(line, at);
      return true;
  }
}

function printFamily(line: LineContext, family: number, length: number): void {
  const { out } = line;
  const name = addressFamilyNames.get(family);
  if (line.options.quiet > 0) {
    out.text(name ?? 'Unknown AF ');
    if (name === undefined) out.decimal(family);
  } else {
    out.text('AF ');
    out.text(name ?? 'Unknown');
    out.text(' (');
    out.decimal(family);
    out.byte(0x29);
  }
  printLength(line, length, ': ');
}

function printLength(line: LineContext, length: number, after: string): void {
  line.out.text(', length ');
  line.out.decimal(length);
  line.out.text(after);
}

/** What tcpdump has no printer for is dumped from `at` on, unless a dump was asked for anyway. */
function dumpUnknown(line: LineContext, at: number): void {
  if (line.dumpsUnknown) hexAsciiDump(line.bytes, at, line.end, line.out);
}

/** Prints an Ethernet frame of `length` bytes inside of a tunnel. Dumps are of the packet behind its own link header. */
export function printInnerEthernet(line: LineContext, state: TransportState, start: number, length: number): boolean {
  const { linkLength, end } = line;
  line.layer = 'ether';
  const captured = Math.max(0, end - start);
  if (length < captured) {
    line.out.text(`[length ${length} < caplen ${captured}] (invalid)`);
    return true;
  }
  const isWhole = printEthernet(line, state, start, length);
  line.linkLength = linkLength;
  return isWhole;
}

/** Sources: IEEE 802.3 §3.2, IEEE 802.1Q §9.6. */
function printEthernet(line: LineContext, state: TransportState, start: number, length: number): boolean {
  const { bytes, out, options } = line;
  line.layer = 'ether';
  if (!line.has(start, ethernetHeaderLength)) {
    line.truncated();
    line.linkLength = line.end - start;
    return true;
  }
  if (options.linkHeader) printEthernetAddresses(line, start);
  let at = start + ethernetHeaderLength;
  let etherType = u16be(bytes, at - 2);
  let printedLength = false;
  while (isVlan(etherType)) {
    if (!line.has(at, vlanTagLength)) {
      line.layer = 'vlan';
      line.truncated();
      line.linkLength = line.end - start;
      return true;
    }
    if (options.linkHeader) {
      printEtherType(line, etherType);
      if (printedLength) out.text(', ');
      else printLength(line, length, ': ');
      printedLength = true;
      printVlan(line, at);
    }
    etherType = u16be(bytes, at + 2);
    at += vlanTagLength;
  }
  line.linkLength = at - start;
  const rest = length - line.linkLength;
  if (etherType <= maximumFrameLengthField) {
    return printLengthFrame(line, state, start, at, Math.min(etherType, rest), printedLength);
  }
  if (etherType === jumboFrame) return printLlcFrame(line, state, start, at, rest);
  if (options.linkHeader) {
    printEtherType(line, etherType);
    if (printedLength) out.text(', ');
    else printLength(line, length, ': ');
  }
  const printed = printEtherPayload(line, state, etherType, at, rest);
  if (printed !== undefined) return printed;
  if (!options.linkHeader) {
    printEthernetAddresses(line, start);
    printEtherType(line, etherType);
    printLength(line, length, ': ');
  }
  dumpUnknown(line, at);
  return true;
}

function printEthernetAddresses(line: LineContext, start: number): void {
  const { bytes, out } = line;
  hardwareAddress(bytes, start + hardwareAddressLength, hardwareAddressLength, out);
  out.text(' > ');
  hardwareAddress(bytes, start, hardwareAddressLength, out);
  out.text(', ');
}

function printEtherType(line: LineContext, etherType: number): void {
  const { out } = line;
  const name = etherTypeNames.get(etherType);
  if (line.options.quiet > 0) {
    out.text(name ?? 'Unknown Ethertype (0x');
    if (name !== undefined) return;
    out.paddedHex(etherType, 4);
    out.byte(0x29);
    return;
  }
  out.text('ethertype ');
  out.text(name ?? 'Unknown');
  out.text(' (0x');
  out.paddedHex(etherType, 4);
  out.byte(0x29);
}

/** The tag control information at `at`. Source: IEEE 802.1Q §9.6. */
function printVlan(line: LineContext, at: number): void {
  const { out } = line;
  const tag = u16be(line.bytes, at);
  out.text('vlan ');
  out.decimal(tag & 0xfff);
  out.text(', p ');
  out.decimal(tag >> 13);
  if ((tag & 0x1000) !== 0) out.text(', DEI');
  out.text(', ');
}

/** An 802.3 frame: `length` cuts off the padding. */
function printLengthFrame(
  line: LineContext,
  state: TransportState,
  frame: number,
  at: number,
  length: number,
  printedLength: boolean,
): boolean {
  line.end = Math.min(line.end, at + length);
  if (line.options.linkHeader) {
    line.out.text('802.3');
    if (!printedLength) printLength(line, length, ': ');
  }
  return printLlcFrame(line, state, frame, at, length);
}

/** `frame` is the offset of the Ethernet header, which has the addresses. */
function printLlcFrame(line: LineContext, state: TransportState, frame: number, at: number, length: number): boolean {
  const outcome = printLlc(line, state, at, length, frame);
  if (outcome === 'unknown') dumpUnknown(line, at);
  return outcome !== 'cut';
}

const packetTypes = ['In', 'B', 'M', 'P', 'Out'];

/** Source: https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html */
function printCooked(line: LineContext, state: TransportState, start: number, length: number): boolean {
  const { bytes } = line;
  line.layer = 'sll';
  if (!line.has(start, linuxCookedHeaderLength)) return false;
  if (line.options.linkHeader) printCookedHeader(line, start, length);
  if (u16be(bytes, start + 2) === radiotapHardware) return printRadiotap(line, linuxCookedHeaderLength);
  return printCookedPayload(line, state, start, linuxCookedHeaderLength, u16be(bytes, start + 14), length);
}

/** The name of the interface with this index, and what separates it from what follows. */
export function interfaceText({ interfaceNames }: Pick<LineOptions, 'interfaceNames'>, index: number): string {
  return `${(interfaceNames.get(index) ?? '?').padEnd(5)} `;
}

/** Source: https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html */
function printCooked2(line: LineContext, state: TransportState, start: number, length: number): boolean {
  const { bytes, out, options } = line;
  line.layer = 'sll2';
  if (!line.has(start, linuxCooked2HeaderLength)) return false;
  out.text(interfaceText(options, u32be(bytes, start + 4)));
  out.text((packetTypes[u8(bytes, start + 10)] ?? '?').padEnd(3));
  out.byte(0x20);
  if (options.linkHeader) printCooked2Header(line, start, length);
  if (u16be(bytes, start + 8) === radiotapHardware) return printRadiotap(line, linuxCooked2HeaderLength);
  return printCookedPayload(line, state, start, linuxCooked2HeaderLength, u16be(bytes, start), length);
}

/** A radio header follows, which is not decoded. */
function printRadiotap(line: LineContext, headerLength: number): boolean {
  line.linkLength = headerLength;
  line.out.text('radiotap');
  return true;
}

function printCookedHeader(line: LineContext, start: number, length: number): void {
  const { bytes, out } = line;
  out.text((packetTypes[u16be(bytes, start)] ?? '?').padStart(3));
  out.byte(0x20);
  printCookedAddress(line, u16be(bytes, start + 4), start + 6);
  printCookedProtocol(line, u16be(bytes, start + 14), length);
}

function printCooked2Header(line: LineContext, start: number, length: number): void {
  const { bytes, out } = line;
  out.text('ifindex ');
  out.decimal(u32be(bytes, start + 4));
  out.byte(0x20);
  printCookedAddress(line, u8(bytes, start + 11), start + 12);
  printCookedProtocol(line, u16be(bytes, start), length);
}

function printCookedAddress(line: LineContext, length: number, at: number): void {
  if (length !== hardwareAddressLength) return;
  hardwareAddress(line.bytes, at, hardwareAddressLength, line.out);
  line.out.byte(0x20);
}

function printCookedProtocol(line: LineContext, protocol: number, length: number): void {
  const { out } = line;
  if (line.options.quiet > 0) return;
  if (protocol === 1) {
    out.text('802.3');
  } else if (protocol === cookedLlc) {
    out.text('802.2');
  } else {
    out.text('ethertype ');
    out.text((protocol > maximumFrameLengthField ? etherTypeNames.get(protocol) : undefined) ?? 'Unknown');
    out.text(' (0x');
    out.paddedHex(protocol, 4);
    out.byte(0x29);
  }
  printLength(line, length, ': ');
}

function printCookedPayload(
  line: LineContext,
  state: TransportState,
  start: number,
  headerLength: number,
  protocol: number,
  length: number,
): boolean {
  const { bytes, out, options } = line;
  let at = start + headerLength;
  let etherType = protocol;
  while (etherType === EtherType.vlan) {
    if (!line.has(at, vlanTagLength)) {
      line.layer = 'vlan';
      line.truncated();
      line.linkLength = line.end - start;
      return true;
    }
    if (options.linkHeader) printVlan(line, at);
    etherType = u16be(bytes, at + 2);
    if (etherType <= maximumFrameLengthField) etherType = cookedLlc;
    if (options.quiet === 0) {
      out.text('ethertype ');
      out.text(etherTypeNames.get(etherType) ?? 'Unknown');
      out.text(', ');
    }
    at += vlanTagLength;
  }
  line.linkLength = at - start;
  const rest = length - line.linkLength;
  if (etherType === cookedLlc) {
    const outcome = printLlc(line, state, at, rest, -1);
    if (outcome === 'unknown') {
      line.linkLength = at - start;
      dumpUnknown(line, at);
    }
    return outcome !== 'cut';
  }
  const printed = printEtherPayload(line, state, etherType, at, rest);
  if (printed !== undefined) return printed;
  if (etherType > maximumFrameLengthField && !options.linkHeader) {
    if (headerLength === linuxCookedHeaderLength) printCookedHeader(line, start, rest + headerLength);
    else printCooked2Header(line, start, rest + headerLength);
  }
  dumpUnknown(line, at);
  return true;
}
