/** Random packets and random filter expressions that have something to do with each other. */
import type { Random } from '../../support/random.ts';

const addresses4 = ['10.0.0.1', '10.0.0.2', '10.1.2.3', '192.168.7.9'];
const addresses6 = ['0:0:0:0:0:0:0:1', 'fe80:0:0:0:0:0:0:1', '2001:db8:0:0:0:0:0:7', '2001:db8:1:0:0:0:0:7'];
const ports = [80, 11211, 11212, 5, 40_000];
const services = ['http', 'domain', 'tftp'];

function address4(random: Random): Buffer {
  return Buffer.from(random.pick(addresses4).split('.').map(Number));
}

function address6(random: Random): Buffer {
  const groups = random
    .pick(addresses6)
    .split(':')
    .map((group) => Number.parseInt(group, 16));
  return Buffer.from(groups.flatMap((group) => [group >> 8, group & 255]));
}

function transport(random: Random): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt16BE(random.pick([...ports, 53]), 0);
  bytes.writeUInt16BE(random.pick([...ports, 53]), 2);
  return bytes;
}

function ipv4(random: Random): Buffer {
  const options = random.below(4) === 0 ? 1 + random.below(10) : 0;
  const header = Buffer.alloc(20 + options * 4);
  header[0] = 0x45 + options;
  if (random.below(20) === 0) header[0] = 0x40 + random.below(16);
  if (random.below(4) === 0) header.writeUInt16BE(random.pick([0x2000, 0x4000, 0x0001, 0x2003]), 6);
  header[9] = random.pick([6, 6, 17, 17, 132, 1, 44]);
  address4(random).copy(header, 12);
  address4(random).copy(header, 16);
  return Buffer.concat([header, transport(random)]);
}

function ipv6(random: Random): Buffer {
  const header = Buffer.alloc(40);
  header[0] = 0x60;
  header[6] = random.pick([6, 6, 17, 17, 132, 44, 44, 0, 58]);
  address6(random).copy(header, 8);
  address6(random).copy(header, 24);
  const fragment = Buffer.from([random.pick([6, 17, 132]), 0, 0, random.below(2) * 8, 0, 0, 0, 1]);
  return Buffer.concat([header, ...(header[6] === 44 ? [fragment] : []), transport(random)]);
}

function arp(random: Random): Buffer {
  const bytes = Buffer.from('00010800060400010000000000000000000000000000000000000000', 'hex');
  address4(random).copy(bytes, 14);
  address4(random).copy(bytes, 24);
  return bytes;
}

/** A packet of one link type: sometimes tagged, sometimes no IP. */
export function randomPacket(random: Random, linkType: number): Buffer {
  const kind = random.below(10);
  const [etherType, body] =
    kind < 5
      ? [0x0800, ipv4(random)]
      : kind < 8
        ? [0x86dd, ipv6(random)]
        : [random.pick([0x0806, 0x8035, 0x88cc]), arp(random)];
  // Padded, so that a wild header length still points at something.
  return Buffer.concat([linkHeader(random, linkType, etherType), body, Buffer.alloc(64)]);
}

function linkHeader(random: Random, linkType: number, etherType: number): Buffer {
  const header = Buffer.alloc(20);
  switch (linkType) {
    case 1:
      if (random.below(8) === 0) {
        header.writeUInt16BE(0x8100, 12);
        header.writeUInt16BE(etherType, 16);
        return header.subarray(0, 18);
      }
      header.writeUInt16BE(etherType, 12);
      return header.subarray(0, 14);
    case 113:
      header.writeUInt16BE(etherType, 14);
      return header.subarray(0, 16);
    case 276:
      header.writeUInt16BE(etherType, 0);
      return header;
    case 0:
    case 108: {
      const family = etherType === 0x0800 ? 2 : etherType === 0x86dd ? random.pick([10, 24, 28, 30]) : 7;
      if (linkType === 0) header.writeUInt32LE(family);
      else header.writeUInt32BE(family);
      return header.subarray(0, 4);
    }
  }
  return Buffer.alloc(0);
}

function port(random: Random): string {
  return random.below(5) === 0 ? random.pick(services) : String(random.pick(ports));
}

function direction(random: Random): string {
  return random.pick(['', '', 'src ', 'dst ', 'src or dst ', 'src and dst ', 'dst or src ']);
}

function network(random: Random): string {
  return random.pick([
    '10',
    '10.1',
    '10.1.2',
    '192.168.7.9',
    '10.0.0.0/8',
    '10.0.0.0/31',
    '0.0.0.0/0',
    '10.0.0.0 mask 255.0.0.0',
    '2001:db8::/32',
    '2001:db8:1::/48',
    'fe80::/10',
    '::/0',
    '::1',
    '2001:db8::/47',
  ]);
}

function primitive(random: Random): string {
  switch (random.below(8)) {
    case 0:
      return random.pick(['ip', 'ip6', 'tcp', 'udp']);
    case 1:
    case 2:
      return `${random.pick(['', 'tcp ', 'udp '])}${direction(random)}port ${values(random, String(random.pick(ports)))}`;
    case 3:
      return `${direction(random)}port ${port(random)}`;
    case 4:
      return `${random.pick(['', 'tcp ', 'udp '])}${direction(random)}portrange ${random.pick(['1-100', '11211-11212', '90-70', '5'])}`;
    case 5:
      return `${direction(random)}net ${network(random)}`;
    case 6:
      return `${random.pick(['', 'ip '])}${direction(random)}host ${values(random, random.pick(addresses4))}`;
    default: {
      const bare = random.pick(['src ', 'dst ', 'host ', 'ip6 host ', 'src and dst host ']);
      return `${bare}${random.pick(['::1', 'fe80::1', '2001:db8::7'])}`;
    }
  }
}

/** One value or a list that inherits its qualifiers. */
function values(random: Random, first: string): string {
  if (random.below(3) !== 0) return first;
  const second = first.includes('.') ? random.pick(addresses4) : String(random.pick(ports));
  return random.pick([
    `${first} or ${second}`,
    `(${first} or ${second})`,
    `${first} and not ${second}`,
    `not ${first}`,
  ]);
}

export function randomExpression(random: Random, depth = 0): string {
  const kind = random.below(depth > 2 ? 3 : 7);
  if (kind < 3) return primitive(random);
  const inner = (): string => randomExpression(random, depth + 1);
  switch (kind) {
    case 3:
      return `${inner()} ${random.pick(['and', '&&'])} ${inner()}`;
    case 4:
      return `${inner()} ${random.pick(['or', '||'])} ${inner()}`;
    case 5:
      return `${random.pick(['not ', '!', '! '])}${inner()}`;
    default:
      return `(${inner()})`;
  }
}
