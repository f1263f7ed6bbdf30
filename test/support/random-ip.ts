import { addChecksum, foldChecksum } from '../../protocols/checksum.ts';
import type { Random } from './random.ts';

/** A conversation and how far it has come. */
export interface Flow {
  readonly version: 4 | 6;
  readonly client: Buffer;
  readonly server: Buffer;
  readonly clientPort: number;
  readonly serverPort: number;
  readonly transport: 'tcp' | 'udp';
  clientSequence: number;
  serverSequence: number;
  /** 0 SYN, 1 SYN and ACK, 2 ACK, 3 and up data. */
  step: number;
}

/** Puts the transport's right checksum at `offset`, given the addresses that it covers. */
export function fillChecksum(flow: Flow, protocol: number, payload: Buffer, offset: number): void {
  payload.writeUInt16BE(0, offset);
  let sum = protocol + payload.length;
  sum = addChecksum(sum, flow.client, 0, flow.client.length);
  sum = addChecksum(sum, flow.server, 0, flow.server.length);
  payload.writeUInt16BE(foldChecksum(addChecksum(sum, payload, 0, payload.length)), offset);
}

/** Wraps a transport payload in an IP header, usually a right one. */
export function wrapInIp(random: Random, flow: Flow, fromClient: boolean, protocol: number, payload: Buffer): Buffer {
  return flow.version === 4
    ? ipv4(random, flow, fromClient, protocol, payload, 0, random.pick([0, 0x4000, 0x8000]))
    : ipv6(random, flow, fromClient, protocol, payload, null);
}

/** Wraps a transport payload in two or more fragments. */
export function fragments(
  random: Random,
  flow: Flow,
  fromClient: boolean,
  protocol: number,
  payload: Buffer,
): Buffer[] {
  const frames: Buffer[] = [];
  const identification = random.below(65536);
  let at = 0;
  while (at < payload.length) {
    const size = Math.min(payload.length - at, 8 * random.between(1, 4));
    const part = payload.subarray(at, at + size);
    const more = at + size < payload.length;
    if (flow.version === 4) {
      frames.push(ipv4(random, flow, fromClient, protocol, part, at / 8, more ? 0x2000 : 0));
    } else {
      frames.push(ipv6(random, flow, fromClient, protocol, part, { offset: at, more, identification }));
    }
    at += size;
  }
  return random.chance(0.2) ? frames.reverse() : frames;
}

function ipv4(
  random: Random,
  flow: Flow,
  fromClient: boolean,
  protocol: number,
  payload: Buffer,
  offset: number,
  flags: number,
): Buffer {
  const options = random.chance(0.06) ? ipv4Options(random) : Buffer.alloc(0);
  const header = Buffer.alloc(20 + options.length);
  header[0] = 0x40 | (header.length / 4);
  header[1] = random.chance(0.3) ? random.below(256) : 0;
  header.writeUInt16BE(wrongLength(random, header.length + payload.length), 2);
  header.writeUInt16BE(random.below(65536), 4);
  header.writeUInt16BE(flags | offset, 6);
  header[8] = random.pick([64, 64, 128, 255, 1, 0]);
  header[9] = protocol;
  (fromClient ? flow.client : flow.server).copy(header, 12);
  (fromClient ? flow.server : flow.client).copy(header, 16);
  options.copy(header, 20);
  header.writeUInt16BE(
    random.chance(0.05) ? random.below(65536) : foldChecksum(addChecksum(0, header, 0, header.length)),
    10,
  );
  return Buffer.concat([header, payload]);
}

function wrongLength(random: Random, length: number): number {
  if (random.chance(0.97)) return length;
  return random.pick([0, random.below(60), length + random.below(100), Math.max(0, length - random.below(40))]);
}

function ipv4Options(random: Random): Buffer {
  const parts: Buffer[] = [];
  for (let count = random.between(1, 3); count > 0; count--) parts.push(ipv4Option(random));
  const options = Buffer.concat(parts).subarray(0, 40);
  return Buffer.concat([options, Buffer.alloc((4 - (options.length % 4)) % 4, random.pick([0, 1]))]);
}

function ipv4Option(random: Random): Buffer {
  switch (random.below(7)) {
    case 0:
      return Buffer.from([1]);
    case 1:
      return Buffer.from([148, 4, 0, random.pick([0, 1])]);
    case 2:
      return Buffer.concat([
        Buffer.from([random.pick([7, 131, 137]), 11, random.pick([4, 8, 12, 5, 0])]),
        random.bytes(8),
      ]);
    case 3:
      return Buffer.concat([
        Buffer.from([68, 12, random.pick([5, 9, 13, 1]), random.pick([0, 1, 3, 0x21, 2])]),
        random.bytes(8),
      ]);
    case 4:
      return Buffer.concat([Buffer.from([random.pick([130, 82, 200]), 6]), random.bytes(4)]);
    case 5:
      return Buffer.from([random.pick([7, 68, 131, 148]), random.below(8), 4, 1]);
    default:
      return random.bytes(4);
  }
}

interface Ipv6Fragment {
  readonly offset: number;
  readonly more: boolean;
  readonly identification: number;
}

function ipv6(
  random: Random,
  flow: Flow,
  fromClient: boolean,
  protocol: number,
  payload: Buffer,
  fragment: Ipv6Fragment | null,
): Buffer {
  const kinds: number[] = [];
  if (random.chance(0.06)) kinds.push(0);
  if (random.chance(0.06)) kinds.push(60);
  if (random.chance(0.04)) kinds.push(43);
  if (random.chance(0.01)) kinds.push(0);
  if (fragment !== null || random.chance(0.02)) kinds.push(44);
  const parts: Buffer[] = [];
  for (const [index, kind] of kinds.entries()) {
    const next = kinds[index + 1] ?? protocol;
    parts.push(
      kind === 44 ? fragmentHeader(next, fragment) : kind === 43 ? routing(random, next) : options(random, next),
    );
  }
  const extensions = Buffer.concat(parts);
  const header = Buffer.alloc(40);
  header.writeUInt32BE((0x60000000 | (random.chance(0.3) ? random.below(0x10000000) : 0)) >>> 0, 0);
  const jumbogram = kinds[0] === 0 && random.chance(0.3);
  header.writeUInt16BE(jumbogram ? 0 : wrongLength(random, extensions.length + payload.length), 4);
  header[6] = kinds[0] ?? protocol;
  header[7] = random.pick([64, 1, 255, 0]);
  (fromClient ? flow.client : flow.server).copy(header, 8);
  (fromClient ? flow.server : flow.client).copy(header, 24);
  return Buffer.concat([header, extensions, payload]);
}

function fragmentHeader(next: number, fragment: Ipv6Fragment | null): Buffer {
  const header = Buffer.alloc(8);
  header[0] = next;
  header.writeUInt16BE((fragment?.offset ?? 0) | (fragment?.more ? 1 : 0), 2);
  header.writeUInt32BE(fragment?.identification ?? 7, 4);
  return header;
}

function routing(random: Random, next: number): Buffer {
  const segments = random.below(3);
  const length = random.chance(0.9) ? segments * 2 : random.below(5);
  const head = Buffer.from([
    next,
    length,
    random.pick([0, 2, 4, 4, 9]),
    segments,
    0,
    random.pick([0, 1]),
    0,
    random.pick([0, 3]),
  ]);
  return Buffer.concat([head, random.bytes(segments * 16)]);
}

/** A hop-by-hop or destination options header. */
function options(random: Random, next: number): Buffer {
  const parts: Buffer[] = [];
  for (let count = random.between(1, 3); count > 0; count--) parts.push(ipv6Option(random));
  const body = Buffer.concat(parts);
  const padding = (8 - ((body.length + 2) % 8)) % 8;
  const tail =
    padding === 0 || random.chance(0.2)
      ? Buffer.alloc(padding)
      : Buffer.from([1, Math.max(0, padding - 2), ...Buffer.alloc(Math.max(0, padding - 2))]);
  const all = Buffer.concat([body, padding === 1 ? Buffer.alloc(1) : tail]);
  return Buffer.concat([Buffer.from([next, (all.length + 2) / 8 - 1]), all]);
}

function ipv6Option(random: Random): Buffer {
  switch (random.below(6)) {
    case 0:
      return Buffer.from([0]);
    case 1:
      return Buffer.from([1, 2, 0, 0]);
    case 2:
      return Buffer.from([5, random.pick([2, 2, 2, 1]), 0, 0]);
    case 3:
      return Buffer.from([0xc2, random.pick([4, 4, 3]), 0, random.pick([0, 1, 2]), random.below(256), 0]);
    case 4:
      return Buffer.concat([Buffer.from([0xc9, random.pick([16, 19, 4])]), random.bytes(16), Buffer.from([1, 1, 0])]);
    default:
      return Buffer.concat([Buffer.from([0x1e, 4]), random.bytes(4)]);
  }
}
