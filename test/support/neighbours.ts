import { at, type BuiltPacket } from './capture-file.ts';
import {
  type Endpoint,
  ethernet,
  IpProtocol,
  ipv4,
  ipv4Fragments,
  ipv6,
  linuxCooked,
  linuxCooked2,
  loopback,
  tcp,
  udp,
} from './headers.ts';
import type { Random } from './random.ts';
import type { Link } from './tcp-conversation.ts';
import { frame } from './udp-conversation.ts';

/** A datagram in the header of a link. */
function inFrame(random: Random, datagram: Buffer, link: Link): Buffer {
  switch (link) {
    case 'ethernet':
      return ethernet(datagram, { vlans: random.chance(0.1) ? [{ id: random.below(4095) }] : [], padTo: 60 });
    case 'linuxCooked':
      return linuxCooked(datagram);
    case 'linuxCooked2':
      return linuxCooked2(datagram, { packetType: random.below(6) });
    case 'null':
      return loopback(datagram);
    case 'loop':
      return loopback(datagram, { bigEndian: true });
    case 'raw':
      return datagram;
  }
}

function datagram(source: Endpoint, destination: Endpoint, payload: Buffer): Buffer {
  return ip(source, destination, IpProtocol.udp, udp(payload, { source, destination }));
}

function ip(from: Endpoint, to: Endpoint, protocol: number, payload: Buffer): Buffer {
  const [source, destination] = [from.address, to.address];
  return source.includes(':')
    ? ipv6(payload, { source, destination, protocol })
    : ipv4(payload, { source, destination, protocol });
}

const query = Buffer.from('1c0701000001000000000000076578616d706c6503636f6d0000010001', 'hex');

/** A packet that a memcached's machine sees beside those of its connections over TCP, some of them `odd`. */
export function neighbour(random: Random, link: Link, isIpv6: boolean, us: number, odd: number): BuiltPacket {
  const address = (last: number): string => (isIpv6 ? `2001:db8::${last}` : `10.1.0.${last}`);
  const client = { address: address(1 + random.below(3)), port: 40_001 + random.below(6) };
  const server = { address: address(9), port: 11_211 };
  const resolver = { address: address(53), port: 53 };
  const syn = tcp(Buffer.alloc(0), { source: client, destination: server, seq: random.word(), flags: 'S' });
  const framed = (bytes: Buffer): BuiltPacket => ({ bytes: inFrame(random, bytes, link), ...at(us) });
  switch (random.chance(odd) ? 8 + random.below(4) : random.below(8)) {
    case 0:
    case 1:
      return framed(datagram(client, resolver, query));
    case 2:
      return framed(datagram(resolver, client, query));
    case 3:
      return framed(datagram(client, server, frame(random.below(9), 0, 1, `get k${random.below(9)}\r\n`)));
    case 4:
      return framed(datagram(server, client, frame(random.below(9), 0, 1, 'END\r\n')));
    case 5:
      return framed(ip(client, server, isIpv6 ? 58 : 1, Buffer.from('0800f7ff00000000', 'hex')));
    case 6: {
      const other = { ...server, port: 22 };
      const fields = { source: client, destination: other, seq: random.word(), flags: random.pick(['S', 'P.', '.']) };
      return framed(ip(client, other, IpProtocol.tcp, tcp(Buffer.from('x'), fields)));
    }
    case 7: {
      if (link !== 'ethernet') return framed(datagram(client, { ...server, port: 123 }, Buffer.alloc(48)));
      // ARP, and 802.3 frames with and without IP.
      const etherType = random.pick([0x0806, 0x88cc, 0x8864, 39, 46]);
      const payload = Buffer.concat([random.pick([Buffer.from('424203', 'hex'), snap]), random.bytes(43)]);
      return { bytes: ethernet(payload, { etherType, padTo: 60 }), ...at(us) };
    }
    case 8: {
      // In a tunnel.
      const inner = ethernet(ip(client, server, IpProtocol.tcp, syn));
      const port = random.pick([4789, 8472, 53]);
      const header = Buffer.from('0800000000002a00', 'hex');
      return framed(datagram({ ...client, port: 50_000 }, { ...server, port }, Buffer.concat([header, inner])));
    }
    case 9: {
      if (isIpv6) return framed(ipv6(syn, { source: client.address, destination: server.address, extensions: [pad] }));
      const fields = { source: client.address, destination: server.address, id: random.below(3) };
      return framed(random.pick(ipv4Fragments(syn, fields, 16)));
    }
    case 10:
      return framed(ip(client, server, random.pick([4, 47, 41]), ip(client, server, IpProtocol.tcp, syn)));
    default: {
      if (isIpv6) return framed(ip(client, server, IpProtocol.tcp, syn));
      const options = Buffer.from('01010101', 'hex');
      return framed(ipv4(syn, { source: client.address, destination: server.address, options }));
    }
  }
}

const snap = Buffer.from('aaaa030000000800', 'hex');
const pad = { protocol: IpProtocol.destinationOptions, body: Buffer.from('00010400000000', 'hex') };
