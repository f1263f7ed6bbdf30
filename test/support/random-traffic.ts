import { Datagram } from '../../protocols/datagram.ts';
import { dissect } from '../../protocols/dissect.ts';
import { type CapturedPacket, LinkType } from '../../protocols/packet.ts';
import type { BuiltPacket } from './capture-file.ts';
import { Random } from './random.ts';
import { type Flow, fragments, wrapInIp } from './random-ip.ts';
import { wrapInEthernet, wrapInLink } from './random-link.ts';
import { tcpSegment, udpDatagram } from './random-transport.ts';
import { inTunnel } from './random-tunnel.ts';

export interface GeneratedCapture {
  readonly linkType: number;
  readonly records: readonly BuiltPacket[];
}

const linkTypes = [
  LinkType.ethernet,
  LinkType.ethernet,
  LinkType.linuxCooked,
  LinkType.linuxCooked2,
  LinkType.null,
  LinkType.loop,
  LinkType.raw,
  LinkType.ipv4,
  LinkType.ipv6,
];

/** Times that captures begin near to: midnight, a change of DST in several zones, the end of a 31-bit second. */
const beginnings = [1343114620, 1711846795, 1711846200, 1730595590, 1709251190, 86390, 2, 0x7fffffff - 20];

/** Connections with all that goes wrong with them, interleaved; the same seed gives the same bytes. */
export function randomCapture(seed: number, count: number): GeneratedCapture {
  const random = new Random(seed);
  const linkType = random.pick(linkTypes);
  const records: BuiltPacket[] = [];
  const flows: Flow[] = [];
  let seconds = random.pick(beginnings);
  let microseconds = random.below(1_000_000);
  while (records.length < count) {
    if (flows.length === 0 || random.chance(0.04)) flows.push(newFlow(random, flows));
    for (const frame of packetFrames(random, linkType, random.pick(flows))) {
      if (records.length === count) break;
      microseconds += random.below(random.chance(0.1) ? 900_000 : 900);
      seconds += Math.floor(microseconds / 1_000_000);
      microseconds %= 1_000_000;
      if (random.chance(0.02)) seconds = Math.max(0, seconds + random.between(-400, 4000));
      records.push(record(random, linkType, frame, seconds, microseconds));
    }
  }
  return { linkType, records };
}

/** The same in tunnels, on Ethernet; each packet for itself. */
export function randomTunnels(seed: number, count: number): GeneratedCapture {
  const random = new Random(seed);
  const flows: Flow[] = [];
  const records = Array.from({ length: count }, (_none, index): BuiltPacket => {
    if (flows.length < 2 || random.chance(0.04)) flows.push(newFlow(random, flows));
    const flow = random.pick(flows);
    const segment = tcpSegment(random, flow, random.chance(0.5));
    const datagram = wrapInIp(random, flow, random.chance(0.5), 6, segment);
    const { etherType, bytes } = inTunnel(random, random.pick(flows), flow.version, datagram);
    const frame = wrapInEthernet(random, etherType, bytes);
    const captured = random.chance(0.25) ? frame.subarray(0, random.between(1, frame.length)) : frame;
    return { bytes: captured, originalLength: frame.length, seconds: index, nanoseconds: 0 };
  });
  return { linkType: LinkType.ethernet, records };
}

/** The records as a reader would hand them on. */
export function* packets(capture: GeneratedCapture): Generator<CapturedPacket> {
  let number = 0;
  const { linkType } = capture;
  for (const { bytes, originalLength = bytes.length, seconds, nanoseconds } of capture.records) {
    number++;
    yield { bytes, start: 0, end: bytes.length, originalLength, seconds, nanoseconds, linkType, number };
  }
}

/** Few addresses and ports, so that they come again: reuse, both directions, the same ports on other addresses. */
const ports = [11211, 11211, 11211, 11212, 40001, 40002, 40920, 41839, 50000, 65535, 32768];

function newFlow(random: Random, flows: readonly Flow[]): Flow {
  const old = flows.length > 0 && random.chance(0.4) ? random.pick(flows) : undefined;
  const version = old?.version ?? random.pick([4, 4, 6] as const);
  return {
    version,
    client: old?.client ?? randomAddress(random, version),
    server: random.chance(0.1) ? (old?.client ?? randomAddress(random, version)) : randomAddress(random, version),
    clientPort: old !== undefined && random.chance(0.7) ? old.clientPort : random.pick(ports),
    serverPort: random.pick(ports),
    transport: random.chance(0.2) ? 'udp' : 'tcp',
    clientSequence: random.chance(0.2) ? (0xffffffff - random.below(3000)) >>> 0 : random.word(),
    serverSequence: random.chance(0.2) ? (0xffffffff - random.below(3000)) >>> 0 : random.word(),
    step: random.chance(0.7) ? 0 : 3,
  };
}

const ipv6Addresses = [
  '00000000000000000000000000000001',
  'fe800000000000000000000000000001',
  '20010db8000000000001000000000001',
  '20010db8000100000000000100000000',
  '00000000000000000000ffff0a000001',
  '0000000000000000000000000a000002',
  '00000000000000000000000000000000',
  '00010002000300040005000600070008',
];

function randomAddress(random: Random, version: 4 | 6): Buffer {
  if (version === 4) return Buffer.from([10, random.below(2), random.pick([0, 255]), random.between(1, 3)]);
  return random.chance(0.8) ? Buffer.from(random.pick(ipv6Addresses), 'hex') : random.bytes(16);
}

/** The frames of the flow's next packet: one, or as many as it has fragments. */
function packetFrames(random: Random, linkType: number, flow: Flow): Buffer[] {
  const fromClient = random.chance(0.55);
  const payload =
    flow.transport === 'udp' ? udpDatagram(random, flow, fromClient) : tcpSegment(random, flow, fromClient);
  const protocol = flow.transport === 'udp' ? 17 : 6;
  const datagrams =
    random.chance(0.04) && payload.length > 16
      ? fragments(random, flow, fromClient, protocol, payload)
      : [wrapInIp(random, flow, fromClient, protocol, payload)];
  return datagrams.map((datagram) => wrapInLink(random, linkType, flow.version, datagram));
}

function record(random: Random, linkType: number, frame: Buffer, seconds: number, microseconds: number): BuiltPacket {
  let bytes = random.chance(0.08) ? damaged(random, linkType, frame) : frame;
  let originalLength = bytes.length;
  if (random.chance(0.12)) bytes = bytes.subarray(0, random.between(1, bytes.length));
  if (random.chance(0.01)) originalLength = random.below(bytes.length * 2);
  return { bytes, originalLength, seconds, nanoseconds: microseconds * 1000 };
}

/** Flips bits behind the link header, unless that makes another protocol of it, which is printed shorter on purpose. */
function damaged(random: Random, linkType: number, frame: Buffer): Buffer {
  const bytes = Buffer.from(frame);
  const first = linkType === LinkType.ethernet ? 26 : 20;
  if (bytes.length <= first) return frame;
  for (let count = random.between(1, 4); count > 0; count--) {
    const at = random.between(first - 6, Math.min(bytes.length, first + 80) - 1);
    bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
  }
  return isPrintedAlike(linkType, bytes) ? bytes : frame;
}

/** Ports below the dynamic range and some others have decoders in tcpdump. */
const decodedPorts = new Set([6081, 6343, 6379, 6633, 6635, 6653, 6696, 6697, 6784, 7500, 8080, 8231, 8472, 8500]);
for (const port of [8554, 10288, 12222, 12223, 17754, 30490, 49152]) decodedPorts.add(port);

function isDecoded(port: number): boolean {
  return port < 6000 || decodedPorts.has(port) || (port >= 7000 && port < 7010) || (port >= 16512 && port < 16640);
}

const datagram = new Datagram();

function isPrintedAlike(linkType: number, bytes: Buffer): boolean {
  const packet = { bytes, start: 0, end: bytes.length, originalLength: bytes.length, seconds: 0, nanoseconds: 0 };
  if (!dissect({ ...packet, linkType, number: 1 }, datagram)) {
    return datagram.etherType === 0x0800 || datagram.etherType === 0x86dd;
  }
  if (datagram.protocol !== 6 && datagram.protocol !== 17) return false;
  if (datagram.fragmentOffset !== 0 || datagram.payloadEnd - datagram.payloadStart < 4) return true;
  const at = datagram.payloadStart;
  return !isDecoded(bytes.readUInt16BE(at)) && !isDecoded(bytes.readUInt16BE(at + 2));
}
