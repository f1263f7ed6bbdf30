import { u8, u16be, u32be } from '../../../protocols/bytes.ts';
import { IpProtocol } from '../../../protocols/ip/protocol-number.ts';
import { EtherType } from '../../../protocols/link/ethernet.ts';
import type { CapturedPacket } from '../../../protocols/packet.ts';
import { type LinkLayout, linkLayout } from './link-layout.ts';
import { beyond, no, type Test, yes } from './outcome.ts';
import { parseFilter } from './parser.ts';
import type { Direction, Expression } from './tree.ts';

/**
 * Compiles an expression to a predicate that allocates nothing for a packet. An empty expression takes every packet.
 * Throws a `FilterError`.
 */
export function compileFilter(text: string): (packet: CapturedPacket) => boolean {
  const expression = parseFilter(text);
  if (expression === undefined) return () => true;
  const tests = new Map<number, Test>();
  let linkType = -1;
  let test: Test = () => no;
  return (packet) => {
    if (packet.linkType !== linkType) {
      linkType = packet.linkType;
      test = tests.get(linkType) ?? compile(expression, linkLayout(linkType));
      tests.set(linkType, test);
    }
    return test(packet.bytes, packet.start, packet.end) === yes;
  };
}

/** The test for packets of one link type; one that is not known matches nothing. */
function compile(expression: Expression, link: LinkLayout | undefined): Test {
  if (link === undefined) return () => no;
  switch (expression.kind) {
    case 'and':
      return and(compile(expression.left, link), compile(expression.right, link));
    case 'or':
      return or(compile(expression.left, link), compile(expression.right, link));
    case 'not':
      return not(compile(expression.operand, link));
    case 'protocol':
      return protocolTest(expression.protocol, link);
    case 'address4':
      return address4Test(expression, link);
    case 'address6':
      return address6Test(expression, link);
    case 'ports':
      return portsTest(expression, link);
  }
}

function and(left: Test, right: Test): Test {
  return (bytes, start, end) => {
    const result = left(bytes, start, end);
    return result === yes ? right(bytes, start, end) : result;
  };
}

function or(left: Test, right: Test): Test {
  return (bytes, start, end) => {
    const result = left(bytes, start, end);
    return result === no ? right(bytes, start, end) : result;
  };
}

function not(operand: Test): Test {
  return (bytes, start, end) => {
    const result = operand(bytes, start, end);
    return result === beyond ? beyond : yes - result;
  };
}

function anyOf(tests: readonly Test[]): Test {
  return tests.reduce(or);
}

function byteIs(offset: number, value: number): Test {
  return (bytes, start, end) => (start + offset + 1 > end ? beyond : u8(bytes, start + offset) === value ? yes : no);
}

/** One 32-bit word under a mask. */
function wordIs(offset: number, value: number, mask: number): Test {
  return (bytes, start, end) =>
    start + offset + 4 > end ? beyond : (u32be(bytes, start + offset) & mask) >>> 0 === value ? yes : no;
}

function protocolTest(protocol: 'ip' | 'ip6' | 'tcp' | 'udp', link: LinkLayout): Test {
  if (protocol === 'ip') return link.carries(EtherType.ipv4);
  if (protocol === 'ip6') return link.carries(EtherType.ipv6);
  const number = IpProtocol[protocol];
  const network = link.networkOffset;
  const ipv4 = and(link.carries(EtherType.ipv4), byteIs(network + 9, number));
  // One fragment header is looked behind, and no other extension header (RFC 8200 §4.5).
  const fragment = and(byteIs(network + 6, IpProtocol.fragment), byteIs(network + 40, number));
  return or(ipv4, and(link.carries(EtherType.ipv6), or(byteIs(network + 6, number), fragment)));
}

/** The sides of a packet that a direction asks for, given a test for each side. */
function sides(direction: Direction, source: Test, destination: Test): Test {
  switch (direction) {
    case 'source':
      return source;
    case 'destination':
      return destination;
    case 'either':
      return or(source, destination);
    case 'both':
      return and(source, destination);
  }
}

function address4Test(expression: Extract<Expression, { kind: 'address4' }>, link: LinkLayout): Test {
  const { direction, mask } = expression;
  const address = (expression.address & mask) >>> 0;
  const network = link.networkOffset;
  const at = (type: number, source: number, destination: number): Test => {
    const carried = link.carries(type);
    const one = wordIs(network + source, address, mask);
    const other = wordIs(network + destination, address, mask);
    return sides(direction, and(carried, one), and(carried, other));
  };
  const ipv4 = at(EtherType.ipv4, 12, 16);
  if (!expression.arp) return ipv4;
  return anyOf([ipv4, at(EtherType.arp, 14, 24), at(EtherType.rarp, 14, 24)]);
}

function address6Test(expression: Extract<Expression, { kind: 'address6' }>, link: LinkLayout): Test {
  const { address, mask, direction } = expression;
  const network = link.networkOffset;
  const at = (offset: number): Test =>
    address
      .map((word, index) => wordIs(network + offset + index * 4, word, mask[index] ?? 0))
      .reduce(and, link.carries(EtherType.ipv6));
  return sides(direction, at(8), at(24));
}

function portsTest(expression: Extract<Expression, { kind: 'ports' }>, link: LinkLayout): Test {
  const { direction, protocols, low, high } = expression;
  const network = link.networkOffset;
  const ipv6 = protocols.map((protocol) => {
    const ports = sides(direction, portIn(network + 40, low, high), portIn(network + 42, low, high));
    return and(byteIs(network + 6, protocol), ports);
  });
  const ipv4 = protocols.map((protocol) => {
    const ports = sides(direction, portBehind(network, 0, low, high), portBehind(network, 2, low, high));
    return and(and(byteIs(network + 9, protocol), isFirstFragment(network)), ports);
  });
  return or(and(link.carries(EtherType.ipv6), anyOf(ipv6)), and(link.carries(EtherType.ipv4), anyOf(ipv4)));
}

/** A port at a fixed offset: IPv6 without extension headers, which libpcap does not look behind for ports. */
function portIn(offset: number, low: number, high: number): Test {
  return (bytes, start, end) => {
    if (start + offset + 2 > end) return beyond;
    const port = u16be(bytes, start + offset);
    return port >= low && port <= high ? yes : no;
  };
}

/** A port behind an IPv4 header of any length. */
function portBehind(network: number, offset: number, low: number, high: number): Test {
  return (bytes, start, end) => {
    const header = start + network;
    if (header + 1 > end) return beyond;
    const at = header + (u8(bytes, header) & 15) * 4 + offset;
    if (at + 2 > end) return beyond;
    const port = u16be(bytes, at);
    return port >= low && port <= high ? yes : no;
  };
}

/** Only the first fragment holds ports (RFC 791 §3.1). */
function isFirstFragment(network: number): Test {
  return (bytes, start, end) => {
    const at = start + network + 6;
    if (at + 2 > end) return beyond;
    return (u16be(bytes, at) & 0x1fff) === 0 ? yes : no;
  };
}
