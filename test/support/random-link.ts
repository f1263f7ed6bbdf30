import { LinkType } from '../../protocols/packet.ts';
import type { Random } from './random.ts';

/** Puts a link header before an IP datagram: tags, LLC, padding, and now and then something that is no IP at all. */
export function wrapInLink(random: Random, linkType: number, version: 4 | 6, datagram: Buffer): Buffer {
  switch (linkType) {
    case LinkType.ethernet:
      return ethernet(random, version, datagram);
    case LinkType.linuxCooked:
      return Buffer.concat([cookedHeader(random), cookedProtocol(random, version), datagram]);
    case LinkType.linuxCooked2:
      return cooked2(random, version, datagram);
    case LinkType.null:
    case LinkType.loop:
      return Buffer.concat([family(random, version), datagram]);
    default:
      return datagram;
  }
}

/** Puts an Ethernet header before what its type announces. */
export function wrapInEthernet(random: Random, etherType: number, payload: Buffer): Buffer {
  return Buffer.concat([random.bytes(12), tags(random), u16(etherType), payload]);
}

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}

function etherType(version: 4 | 6): number {
  return version === 4 ? 0x0800 : 0x86dd;
}

function tags(random: Random): Buffer {
  const types = [0x8100, 0x88a8, 0x9100, 0x9200];
  const parts: Buffer[] = [];
  while (random.chance(0.15) || (parts.length > 0 && random.chance(0.2))) {
    parts.push(u16(random.pick(types)), u16(random.below(65536)));
  }
  return Buffer.concat(parts);
}

function ethernet(random: Random, version: 4 | 6, datagram: Buffer): Buffer {
  const head = Buffer.concat([random.bytes(12), tags(random)]);
  const kind = random.below(100);
  if (kind < 4) return Buffer.concat([head, lengthFrame(random, version, datagram)]);
  if (kind < 6)
    return Buffer.concat([head, u16(random.pick([0x88b5, 0x6002, 0x1234])), random.bytes(random.below(60))]);
  if (kind < 7) return Buffer.concat([head, u16(0x0806), arp(random)]);
  const frame = Buffer.concat([head, u16(etherType(version)), datagram]);
  // The smallest frame is 60 bytes without its checksum; the rest is padding, which is not always zero.
  return frame.length < 60 ? Buffer.concat([frame, random.bytes(60 - frame.length)]) : frame;
}

/** An 802.3 frame with LLC, with SNAP, or with something unknown. */
function lengthFrame(random: Random, version: 4 | 6, datagram: Buffer): Buffer {
  let body: Buffer;
  switch (random.below(4)) {
    case 0:
      body = Buffer.concat([Buffer.from([0xaa, 0xaa, 3, 0, 0, 0]), u16(etherType(version)), datagram]);
      break;
    case 1:
      body = Buffer.concat([Buffer.from([6, 6, 3]), datagram]);
      break;
    case 2:
      body = Buffer.concat([
        Buffer.from([0xaa, 0xaa, 3]),
        Buffer.from(
          random.pick([
            [0, 0, 0],
            [0, 0, 0xf8],
            [0, 0, 0x0c],
            [0, 0x80, 0xc2],
            [8, 0, 7],
            [1, 2, 3],
          ]),
        ),
        u16(random.pick([0x88b5, 0x0099])),
        random.bytes(20),
      ]);
      break;
    default:
      // Neither spanning tree nor NetBIOS, IPX or OSI, which have printers of their own.
      body = Buffer.concat([
        Buffer.from([random.pick([0, 4, 0x7e, 0x11]), random.pick([1, 4, 0x10, 0x7f])]),
        random.chance(0.3) ? Buffer.from([random.pick([0xaf, 0xbf, 0x03, 0x13]), 0x81]) : Buffer.alloc(0),
        random.bytes(random.below(30)),
      ]);
  }
  const length = Math.min(1500, random.chance(0.1) ? random.below(body.length + 10) : body.length);
  return Buffer.concat([u16(length), body, random.bytes(random.below(6))]);
}

function arp(random: Random): Buffer {
  return Buffer.concat([Buffer.from([0, 1, 8, 0, 6, 4, 0, random.pick([1, 2, 3, 4, 8, 9])]), random.bytes(20)]);
}

function cookedHeader(random: Random): Buffer {
  const type = random.chance(0.1) ? 7 : random.below(5);
  return Buffer.concat([u16(type), u16(random.pick([1, 772])), u16(random.pick([6, 6, 0, 8])), random.bytes(8)]);
}

function cookedProtocol(random: Random, version: 4 | 6): Buffer {
  if (random.chance(0.03)) return u16(random.pick([0x88b5, 0x0003, 0x00f6, 4]));
  const parts: Buffer[] = [];
  while (random.chance(0.1)) parts.push(u16(0x8100), u16(random.below(65536)));
  parts.push(u16(etherType(version)));
  return Buffer.concat(parts);
}

function cooked2(random: Random, version: 4 | 6, datagram: Buffer): Buffer {
  const protocol = cookedProtocol(random, version);
  const head = Buffer.concat([
    protocol.subarray(0, 2),
    u16(0),
    // Interface 1 is the loopback of every Linux machine; the other one is nobody's.
    random.pick([Buffer.from([0, 0, 0, 1]), Buffer.from([0x7f, 0, 0, 1])]),
    u16(random.pick([1, 772])),
    Buffer.from([random.chance(0.1) ? 7 : random.below(5), random.pick([6, 6, 0])]),
    random.bytes(8),
  ]);
  return Buffer.concat([head, protocol.subarray(2), datagram]);
}

function family(random: Random, version: 4 | 6): Buffer {
  const value = random.chance(0.02) ? 99 : version === 4 ? 2 : random.pick([24, 28, 30]);
  return random.chance(0.5) ? Buffer.from([value, 0, 0, 0]) : Buffer.from([0, 0, 0, value]);
}
