import type { Random } from './random.ts';
import { type Flow, wrapInIp } from './random-ip.ts';

/** What a link header is to announce, and what follows it. */
export interface LinkPayload {
  readonly etherType: number;
  readonly bytes: Buffer;
}

const EtherType = { ipv4: 0x0800, ipv6: 0x86dd, mpls: 0x8847, mplsMulticast: 0x8848, pppoe: 0x8864, ppp: 0x880b };
const transparentEthernet = 0x6558;

/** Puts an IP datagram into a tunnel, now and then that one into another. */
export function inTunnel(random: Random, outer: Flow, version: 4 | 6, datagram: Buffer): LinkPayload {
  const etherType = etherTypeOf(version);
  switch (random.below(10)) {
    case 0:
      return { etherType: random.pick([EtherType.mpls, EtherType.mplsMulticast]), bytes: mpls(random, datagram) };
    case 1:
      return { etherType: EtherType.pppoe, bytes: pppoe(random, version, datagram) };
    case 2:
      return inIp(random, outer, version === 4 ? 4 : 41, datagram);
    case 3:
      return inIp(random, outer, 143, frame(random, etherType, datagram));
    case 4:
    case 5:
      return inIp(random, outer, 47, gre(random, version, datagram));
    default:
      return inIp(random, outer, 17, udpTunnel(random, version, datagram));
  }
}

function inIp(random: Random, outer: Flow, protocol: number, payload: Buffer): LinkPayload {
  const bytes = wrapInIp(random, outer, random.chance(0.5), protocol, payload);
  if (random.chance(0.1)) return inTunnel(random, outer, outer.version, bytes);
  return { etherType: etherTypeOf(outer.version), bytes };
}

function etherTypeOf(version: 4 | 6): number {
  return version === 4 ? EtherType.ipv4 : EtherType.ipv6;
}

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}

function frame(random: Random, etherType: number, payload: Buffer): Buffer {
  const tag = random.chance(0.2) ? Buffer.concat([u16(0x8100), u16(random.below(65536))]) : Buffer.alloc(0);
  const padding = random.chance(0.1) ? random.bytes(random.below(8)) : Buffer.alloc(0);
  return Buffer.concat([random.bytes(12), tag, u16(etherType), payload, padding]);
}

function mpls(random: Random, payload: Buffer): Buffer {
  const entries: Buffer[] = [];
  const last = random.below(3);
  for (let index = 0; index <= last; index++) {
    const label = random.chance(0.3) ? random.below(20) : random.below(1 << 20);
    const entry = Buffer.alloc(4);
    const bottom = index === last ? 0x100 : 0;
    entry.writeUInt32BE(((label << 12) | (random.below(8) << 9) | bottom | random.below(256)) >>> 0);
    entries.push(entry);
  }
  return Buffer.concat([
    ...entries,
    random.chance(0.05) ? Buffer.concat([Buffer.from([0x11]), random.bytes(random.below(40))]) : payload,
  ]);
}

function ppp(random: Random, version: 4 | 6, payload: Buffer): Buffer {
  const address = random.chance(0.2)
    ? Buffer.from(random.pick(['ff03', 'ff03', '0003', '0103']), 'hex')
    : u16(0).subarray(2);
  if (random.chance(0.1)) {
    const control = Buffer.concat([
      Buffer.from([random.below(18), random.below(256)]),
      u16(random.pick([4, 4, 2, 40])),
    ]);
    return Buffer.concat([address, u16(random.pick([0xc021, 0x8021, 0x8057])), control]);
  }
  const protocol = version === 4 ? 0x21 : 0x57;
  return Buffer.concat([address, random.chance(0.2) ? Buffer.from([protocol]) : u16(protocol), payload]);
}

function pppoe(random: Random, version: 4 | 6, payload: Buffer): Buffer {
  const isDiscovery = random.chance(0.2);
  const body = isDiscovery ? pppoeTags(random) : ppp(random, version, payload);
  const code = isDiscovery ? random.pick([0x09, 0x07, 0x19, 0x65, 0xa7, 0x33]) : 0;
  const length = random.chance(0.95) ? body.length : random.below(body.length + 20);
  const first = random.chance(0.95) ? 0x11 : random.below(256);
  const session = random.chance(0.3) ? 0 : random.below(65536);
  return Buffer.concat([Buffer.from([first, code]), u16(session), u16(length), body]);
}

function pppoeTags(random: Random): Buffer {
  const tags: Buffer[] = [];
  for (let count = random.below(4); count > 0; count--) {
    const value = random.chance(0.5) ? Buffer.from('cache-1.example').subarray(0, random.below(16)) : random.bytes(5);
    const type = random.pick([0, 0x0101, 0x0102, 0x0103, 0x0104, 0x0105, 0x0110, 0x0120, 0x0201, 0x0203, 0x0999]);
    tags.push(u16(type), u16(value.length), value);
  }
  return Buffer.concat(tags);
}

function gre(random: Random, version: 4 | 6, payload: Buffer): Buffer {
  if (random.chance(0.15)) return pptp(random, version, payload);
  const flags = random.pick([0, 0, 0x2000, 0x3000, 0x8000, 0xb000, 0x1000, 0x4000, 0x0802]);
  const parts: Buffer[] = [];
  if ((flags & 0xc000) !== 0) parts.push(random.bytes(4));
  if ((flags & 0x2000) !== 0) parts.push(random.bytes(4));
  if ((flags & 0x1000) !== 0) parts.push(random.bytes(4));
  if ((flags & 0x4000) !== 0) parts.push(sourceRoutes(random));
  const [protocol, body] = random.pick([
    [etherTypeOf(version), payload],
    [EtherType.mpls, mpls(random, payload)],
    [transparentEthernet, frame(random, etherTypeOf(version), payload)],
    [0x88be, payload],
    [0x88b5, payload],
  ] as const);
  return Buffer.concat([u16(flags), u16(protocol), ...parts, body]);
}

function sourceRoutes(random: Random): Buffer {
  const routes: Buffer[] = [];
  for (let count = random.below(3); count > 0; count--) {
    const hops = random.bytes(random.pick([4, 8, 8, 2, 3]));
    routes.push(
      u16(random.pick([0x0800, 0xfffe, 0x1234])),
      Buffer.from([random.pick([0, 4, 1, 2, 8]), hops.length]),
      hops,
    );
  }
  return Buffer.concat([...routes, Buffer.alloc(4)]);
}

function pptp(random: Random, version: 4 | 6, payload: Buffer): Buffer {
  const hasSequence = random.chance(0.8);
  const hasAcknowledgment = random.chance(0.5);
  const flags = 0x2001 | (hasSequence ? 0x1000 : 0) | (hasAcknowledgment ? 0x80 : 0);
  const numbers = random.bytes(4 + (hasSequence ? 4 : 0) + (hasAcknowledgment ? 4 : 0));
  const protocol = random.chance(0.9) ? EtherType.ppp : 0x1234;
  return Buffer.concat([u16(flags), u16(protocol), numbers, ppp(random, version, payload)]);
}

function udpTunnel(random: Random, version: 4 | 6, payload: Buffer): Buffer {
  const etherType = etherTypeOf(version);
  const [port, body] = random.pick([
    [4789, Buffer.concat([vxlanHeader(random, 0), frame(random, etherType, payload)])],
    [8472, Buffer.concat([vxlanHeader(random, 0), frame(random, etherType, payload)])],
    [4790, vxlanGpe(random, version, payload)],
    [6081, geneve(random, etherType, payload)],
    [6635, mpls(random, payload)],
  ] as const);
  const ports = random.chance(0.9) ? [50_000, port] : [port, 50_000];
  const whole = 8 + body.length;
  const length = random.chance(0.97) ? whole : random.below(whole + 20);
  return Buffer.concat([u16(ports[0] ?? 0), u16(ports[1] ?? 0), u16(length), u16(random.below(65536)), body]);
}

function vxlanHeader(random: Random, next: number): Buffer {
  const flags = random.chance(0.9) ? 0x08 : random.below(256);
  return Buffer.concat([Buffer.from([flags, 0, 0, next]), random.bytes(4)]);
}

function vxlanGpe(random: Random, version: 4 | 6, payload: Buffer): Buffer {
  const next = random.pick([version === 4 ? 1 : 2, 3, 9]);
  return Buffer.concat([
    vxlanHeader(random, next),
    next === 3 ? frame(random, etherTypeOf(version), payload) : payload,
  ]);
}

function geneve(random: Random, etherType: number, payload: Buffer): Buffer {
  const options: Buffer[] = [];
  for (let count = random.below(3); count > 0; count--) {
    const words = random.below(3);
    const optionClass = random.pick([0, 0x0100, 0x0101, 0x0102, 0x0103, 0x0104, 0xfff1, 0x4242]);
    options.push(
      u16(optionClass),
      Buffer.from([random.below(256), random.chance(0.95) ? words : 31]),
      random.bytes(words * 4),
    );
  }
  const all = Buffer.concat(options);
  const first = random.chance(0.97) ? all.length / 4 : random.below(256);
  const [protocol, body] = random.pick([
    [etherType, payload],
    [transparentEthernet, frame(random, etherType, payload)],
    [0x88b5, payload],
  ] as const);
  const flags = random.chance(0.7) ? 0 : random.below(256);
  const identifier = Buffer.concat([random.bytes(3), Buffer.from([random.chance(0.9) ? 0 : 7])]);
  return Buffer.concat([Buffer.from([first, flags]), u16(protocol), identifier, all, body]);
}
