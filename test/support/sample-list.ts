import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { LinkType } from '../../protocols/packet.ts';
import { type BuiltPacket, pcapFile, pcapngFile } from './capture-file.ts';
import { multiGet, noReply, pipelining, valueOfCommands } from './command-situations.ts';
import { EtherType, IpProtocol, ipv4, ipv4Fragments, ipv6 } from './headers.ts';
import { otherProtocols } from './other-protocols.ts';
import { capture, plainSession } from './plain-session.ts';
import {
  dataOnSyn,
  fastOpen,
  gapElsewhere,
  gapInValue,
  halfClose,
  keepAlive,
  missingSyn,
  oneSided,
  outOfOrder,
  overlapConflict,
  portReuse,
  reorderedHandshake,
  resetBeforeAnswer,
  resetWithData,
  retransmission,
  retransmittedFin,
  snapLengthCut,
  truncatedHeader,
} from './tcp-situations.ts';
import { captureOfTranscript } from './transcript.ts';
import { tunneledSessions } from './tunnels.ts';
import { udpLoss } from './udp-situations.ts';

/** Captures that are recorded from a real memcached, and so cannot be built again to the byte. */
export const recordedSamples = [
  'complete-session.pcap',
  'all-commands.pcap',
  'rare-commands.pcap',
  'udp.pcap',
  'client-binary.pcap',
  'client-libmemcached-binary.pcap',
  'client-libmemcached-text.pcap',
  'client-memcached-npm.pcap',
  'client-memjs.pcap',
  'client-meta.pcap',
  'client-perl.pcap',
  'client-pylibmc-binary.pcap',
  'client-pylibmc-text.pcap',
  'client-pymemcache.pcap',
  'client-sasl.pcap',
  'client-udp.pcap',
] as const;

/** Directory of the samples, relative to the repository's root, where everything is run from. */
export const sampleDirectory = join(process.cwd(), 'samples');

const client6 = { address: '2001:db8::1', port: 40001 };
const server6 = { address: '2001:db8::2', port: 11211 };

function ipv6Extensions(): Buffer {
  // Router alert in a hop-by-hop header, then padding in a destination options header, eight bytes each.
  const extensions = [
    { protocol: IpProtocol.hopByHop, body: Buffer.from([0, 5, 2, 0, 0, 1, 0]) },
    { protocol: IpProtocol.destinationOptions, body: Buffer.from([0, 1, 4, 0, 0, 0, 0]) },
  ];
  return capture(
    plainSession({
      client: client6,
      server: server6,
      network: (segment, source, destination) => [ipv6(segment, { source, destination, extensions })],
    }),
  );
}

function ipv4Options(): Buffer {
  // Record route with room for one address, RFC 791 §3.1, and a no-operation.
  const options = Buffer.from([1, 7, 7, 4, 0, 0, 0, 0]);
  return capture(
    plainSession({
      network: (segment, source, destination, id) => [ipv4(segment, { source, destination, id, options })],
    }),
  );
}

function fragments(): Buffer {
  // A command of 40 bytes and more does not fit into one fragment of 48 with its TCP header.
  return capture(
    plainSession({
      network: (segment, source, destination, id) => ipv4Fragments(segment, { source, destination, id }, 48),
    }),
  );
}

function twoInterfaces(): { file: Buffer; perInterface: Buffer[] } {
  const wired = plainSession({ client: { address: '192.0.2.1', port: 40001 } });
  const cooked = plainSession({ client: { address: '192.0.2.9', port: 40002 }, link: 'linuxCooked' });
  const packets: BuiltPacket[] = [];
  for (const [index, packet] of wired.packets.entries()) {
    const other = cooked.packets[index];
    packets.push({ ...packet, interface: 0 });
    if (other) packets.push({ ...other, nanoseconds: other.nanoseconds + 50_000, interface: 1 });
  }
  const interfaces = [
    { linkType: LinkType.ethernet, name: 'eth0', resolution: 6 },
    { linkType: LinkType.linuxCooked, name: 'any', resolution: 9, snapLength: 65535 },
  ];
  const perInterface = interfaces.map(({ linkType }, index) =>
    pcapFile(
      packets.filter((packet) => packet.interface === index),
      { linkType },
    ),
  );
  return { file: pcapngFile(packets, { interfaces, unknownBlocks: true }), perInterface };
}

/** What tcpdump, which reads only one link type a file, can read of the sample with two interfaces. */
export function capturesPerInterface(): Buffer[] {
  return twoInterfaces().perInterface;
}

const vlan = { id: 42 };
const serviceTag = { id: 7, type: EtherType.qinq, priority: 3 };

/** Every sample that is built, by file name. */
export const generatedSamples: Readonly<Record<string, () => Buffer>> = {
  'telnet-session.pcap': () => captureOfTranscript(readFileSync(join(sampleDirectory, 'telnet-session.txt'), 'utf8')),
  'missing-syn.pcap': missingSyn,
  'reordered-handshake.pcap': reorderedHandshake,
  'retransmitted-fin.pcap': retransmittedFin,
  'client-only.pcap': () => oneSided('client'),
  'server-only.pcap': () => oneSided('server'),
  'data-on-syn.pcap': dataOnSyn,
  'fast-open.pcap': fastOpen,
  'reset-with-data.pcap': resetWithData,
  'reset-before-answer.pcap': resetBeforeAnswer,
  'keep-alive.pcap': keepAlive,
  'port-reuse.pcap': portReuse,
  'truncated-header.pcap': truncatedHeader,
  'half-close.pcap': halfClose,
  'sequence-wrap.pcap': () => capture(plainSession({ clientIsn: 2 ** 32 - 20, serverIsn: 2 ** 32 - 2 })),
  'gap-in-value.pcap': gapInValue,
  'gap-elsewhere.pcap': gapElsewhere,
  'snapshot-length.pcap': snapLengthCut,
  'overlap-conflict.pcap': overlapConflict,
  'out-of-order.pcap': outOfOrder,
  'retransmission.pcap': retransmission,
  'value-of-commands.pcap': valueOfCommands,
  'pipelining.pcap': pipelining,
  'noreply.pcap': noReply,
  'multi-get.pcap': multiGet,
  'vlan.pcap': () => capture(plainSession({ vlans: [vlan] })),
  'qinq.pcap': () => capture(plainSession({ vlans: [serviceTag, vlan] })),
  'linux-cooked-v1.pcap': () => capture(plainSession({ link: 'linuxCooked' }), { linkType: LinkType.linuxCooked }),
  'linux-cooked-v2.pcap': () => capture(plainSession({ link: 'linuxCooked2' }), { linkType: LinkType.linuxCooked2 }),
  'bsd-null.pcap': () => capture(plainSession({ link: 'null' }), { linkType: LinkType.null }),
  'bsd-loop.pcap': () => capture(plainSession({ link: 'loop' }), { linkType: LinkType.loop }),
  'raw-ipv4.pcap': () => capture(plainSession({ link: 'raw' }), { linkType: LinkType.raw }),
  'raw-ipv6.pcap': () =>
    capture(plainSession({ link: 'raw', client: client6, server: server6 }), { linkType: LinkType.raw }),
  'ipv6-extension-headers.pcap': ipv6Extensions,
  'ipv4-options.pcap': ipv4Options,
  'ipv4-fragments.pcap': fragments,
  'nanoseconds-big-endian.pcap': () =>
    capture(plainSession({ stepMicroseconds: 100.25 }), { nanoseconds: true, bigEndian: true }),
  'two-interfaces.pcapng': () => twoInterfaces().file,
  'udp-loss.pcap': udpLoss,
  'other-protocols.pcap': otherProtocols,
  'tunnels.pcap': tunneledSessions,
  'gzip.pcap.gz': () => gzipSync(capture(plainSession())),
};
