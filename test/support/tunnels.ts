import { type BuiltPacket, pcapFile } from './capture-file.ts';
import { EtherType, ethernet, ipv4, ipv6, udp } from './headers.ts';
import { plainSession } from './plain-session.ts';

const from = '198.51.100.1';
const to = '198.51.100.2';
const ethernetHeader = 14;
const transparentEthernet = 0x6558;

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}

function overIp(protocol: number, payload: Buffer): Buffer {
  return ethernet(ipv4(payload, { source: from, destination: to, protocol }));
}

function overUdp(port: number, payload: Buffer): Buffer {
  const datagram = udp(payload, {
    source: { address: from, port: 50_000 },
    destination: { address: to, port },
    checksum: 0,
  });
  return overIp(17, datagram);
}

function gre(flags: number, protocol: number, fields: string, payload: Buffer): Buffer {
  return overIp(47, Buffer.concat([u16(flags), u16(protocol), Buffer.from(fields, 'hex'), payload]));
}

/** Each puts an Ethernet frame with IPv4 into a tunnel, and that into a frame. */
export const tunnels: Readonly<Record<string, (frame: Buffer) => Buffer>> = {
  VXLAN: (frame) => overUdp(4789, Buffer.concat([Buffer.from('0800000000002a00', 'hex'), frame])),
  "VXLAN on Linux's port": (frame) => overUdp(8472, Buffer.concat([Buffer.from('0800000000002a00', 'hex'), frame])),
  'VXLAN-GPE': (frame) =>
    overUdp(4790, Buffer.concat([Buffer.from('0c00000100002a00', 'hex'), frame.subarray(ethernetHeader)])),
  GENEVE: (frame) =>
    overUdp(
      6081,
      Buffer.concat([Buffer.from('0200655800002a00', 'hex'), Buffer.from('0102030100000007', 'hex'), frame]),
    ),
  'GENEVE with IP': (frame) =>
    overUdp(6081, Buffer.concat([Buffer.from('0000080000002a00', 'hex'), frame.subarray(ethernetHeader)])),
  GRE: (frame) => gre(0, EtherType.ipv4, '', frame.subarray(ethernetHeader)),
  'GRE with checksum, key and sequence': (frame) =>
    gre(0xb000, EtherType.ipv4, '000000000000002a00000001', frame.subarray(ethernetHeader)),
  'GRE with Ethernet': (frame) => gre(0, transparentEthernet, '', frame),
  'ERSPAN type I': (frame) => gre(0, 0x88be, '', frame),
  'ERSPAN type II': (frame) => gre(0x1000, 0x88be, '00000001' + '1001000100000000', frame),
  'ERSPAN type III': (frame) => gre(0x1000, 0x22eb, '00000001' + '200100010000000000000000', frame),
  'ERSPAN type III with a subheader': (frame) =>
    gre(0x1000, 0x22eb, '00000001' + '200100010000000000000001' + '0000000000000000', frame),
  PPTP: (frame) => gre(0x3081, 0x880b, '00000001' + '00000001' + '00000001', pointToPoint(frame)),
  'IP in IP': (frame) => overIp(4, frame.subarray(ethernetHeader)),
  'IP in IPv6': (frame) =>
    ethernet(ipv6(frame.subarray(ethernetHeader), { source: '2001:db8::1', destination: '2001:db8::2', protocol: 4 })),
  'Ethernet in IPv6': (frame) =>
    ethernet(ipv6(frame, { source: '2001:db8::1', destination: '2001:db8::2', protocol: 143 })),
  MPLS: (frame) =>
    ethernet(Buffer.concat([Buffer.from('000100400002013f', 'hex'), frame.subarray(ethernetHeader)]), {
      etherType: 0x8847,
    }),
  'MPLS in IP': (frame) => overIp(137, Buffer.concat([Buffer.from('0002013f', 'hex'), frame.subarray(ethernetHeader)])),
  'MPLS in UDP': (frame) =>
    overUdp(6635, Buffer.concat([Buffer.from('0002013f', 'hex'), frame.subarray(ethernetHeader)])),
  PPPoE: (frame) => {
    const payload = pointToPoint(frame);
    return ethernet(Buffer.concat([Buffer.from('11000007', 'hex'), u16(payload.length), payload]), {
      etherType: 0x8864,
    });
  },
};

function pointToPoint(frame: Buffer): Buffer {
  return Buffer.concat([Buffer.from('0021', 'hex'), frame.subarray(ethernetHeader)]);
}

/** The same session in each tunnel, each from a client of its own. */
export function tunneledSessions(): Buffer {
  const packets = Object.values(tunnels).flatMap((wrap, index): BuiltPacket[] =>
    plainSession({ client: { address: '192.0.2.1', port: 40_001 + index } }).packets.map((packet) => ({
      ...packet,
      seconds: packet.seconds + index,
      bytes: wrap(packet.bytes),
    })),
  );
  return pcapFile(packets);
}
