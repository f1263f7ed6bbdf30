/** Random packets and random filter expressions that have something to do with each other. */

const addresses4 = ['10.0.0.1', '10.0.0.2', '10.1.2.3', '192.168.7.9'];
const addresses6 = ['0:0:0:0:0:0:0:1', 'fe80:0:0:0:0:0:0:1', '2001:db8:0:0:0:0:0:7', '2001:db8:1:0:0:0:0:7'];
const ports = [80, 11211, 11212, 5, 40_000];
const services = ['http', 'domain', 'tftp'];

type Random = (below: number) => number;

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random(list.length)] as T;
}

function address4(random: Random): Buffer {
  return Buffer.from(pick(random, addresses4).split('.').map(Number));
}

function address6(random: Random): Buffer {
  const groups = pick(random, addresses6)
    .split(':')
    .map((group) => Number.parseInt(group, 16));
  return Buffer.from(groups.flatMap((group) => [group >> 8, group & 255]));
}

function transport(random: Random): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt16BE(pick(random, [...ports, 53]), 0);
  bytes.writeUInt16BE(pick(random, [...ports, 53]), 2);
  return bytes;
}

function ipv4(random: Random): Buffer {
  const options = random(4) === 0 ? 1 + random(10) : 0;
  const header = Buffer.alloc(20 + options * 4);
  header[0] = 0x45 + options;
  if (random(20) === 0) header[0] = 0x40 + random(16);
  if (random(4) === 0) header.writeUInt16BE(pick(random, [0x2000, 0x4000, 0x0001, 0x2003]), 6);
  header[9] = pick(random, [6, 6, 17, 17, 132, 1, 44]);
  address4(random).copy(header, 12);
  address4(random).copy(header, 16);
  return Buffer.concat([header, transport(random)]);
}

function ipv6(random: Random): Buffer {
  const header = Buffer.alloc(40);
  header[0] = 0x60;
  header[6] = pick(random, [6, 6, 17, 17, 132, 44, 44, 0, 58]);
  address6(random).copy(header, 8);
  address6(random).copy(header, 24);
  const fragment = Buffer.from([pick(random, [6, 17, 132]), 0, 0, random(2) * 8, 0, 0, 0, 1]);
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
  const kind = random(10);
  const [etherType, body] =
    kind < 5
      ? [0x0800, ipv4(random)]
      : kind < 8
        ? [0x86dd, ipv6(random)]
        : [pick(random, [0x0806, 0x8035, 0x88cc]), arp(random)];
  // Padded, so that a wild header length still points at something.
  return Buffer.concat([linkHeader(random, linkType, etherType), body, Buffer.alloc(64)]);
}

function linkHeader(random: Random, linkType: number, etherType: number): Buffer {
  const header = Buffer.alloc(20);
  switch (linkType) {
    case 1:
      if (random(8) === 0) {
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
      const family = etherType === 0x0800 ? 2 : etherType === 0x86dd ? pick(random, [10, 24, 28, 30]) : 7;
      if (linkType === 0) header.writeUInt32LE(family);
      else header.writeUInt32BE(family);
      return header.subarray(0, 4);
    }
  }
  return Buffer.alloc(0);
}

function port(random: Random): string {
  return random(5) === 0 ? pick(random, services) : String(pick(random, ports));
}

function direction(random: Random): string {
  return pick(random, ['', '', 'src ', 'dst ', 'src or dst ', 'src and dst ', 'dst or src ']);
}

function network(random: Random): string {
  return pick(random, [
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
  switch (random(8)) {
    case 0:
      return pick(random, ['ip', 'ip6', 'tcp', 'udp']);
    case 1:
    case 2:
      return `${pick(random, ['', 'tcp ', 'udp '])}${direction(random)}port ${values(random, String(pick(random, ports)))}`;
    case 3:
      return `${direction(random)}port ${port(random)}`;
    case 4:
      return `${pick(random, ['', 'tcp ', 'udp '])}${direction(random)}portrange ${pick(random, ['1-100', '11211-11212', '90-70', '5'])}`;
    case 5:
      return `${direction(random)}net ${network(random)}`;
    case 6:
      return `${pick(random, ['', 'ip '])}${direction(random)}host ${values(random, pick(random, addresses4))}`;
    default: {
      const bare = pick(random, ['src ', 'dst ', 'host ', 'ip6 host ', 'src and dst host ']);
      return `${bare}${pick(random, ['::1', 'fe80::1', '2001:db8::7'])}`;
    }
  }
}

/** One value or a list that inherits its qualifiers. */
function values(random: Random, first: string): string {
  if (random(3) !== 0) return first;
  const second = first.includes('.') ? pick(random, addresses4) : String(pick(random, ports));
  return pick(random, [
    `${first} or ${second}`,
    `(${first} or ${second})`,
    `${first} and not ${second}`,
    `not ${first}`,
  ]);
}

export function randomExpression(random: Random, depth = 0): string {
  const kind = random(depth > 2 ? 3 : 7);
  if (kind < 3) return primitive(random);
  const inner = (): string => randomExpression(random, depth + 1);
  switch (kind) {
    case 3:
      return `${inner()} ${pick(random, ['and', '&&'])} ${inner()}`;
    case 4:
      return `${inner()} ${pick(random, ['or', '||'])} ${inner()}`;
    case 5:
      return `${pick(random, ['not ', '!', '! '])}${inner()}`;
    default:
      return `(${inner()})`;
  }
}
