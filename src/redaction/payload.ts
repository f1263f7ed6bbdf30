import { Datagram } from '../../protocols/datagram.ts';
import { dissect } from '../../protocols/dissect.ts';
import { IpProtocol } from '../../protocols/ip/protocol-number.ts';
import { type CapturedPacket, emptyPacket } from '../../protocols/packet.ts';
import { decodeTcpSegment, TcpFlag, TcpSegment, TcpStatus } from '../../protocols/tcp/segment.ts';
import { deepestTunnel, enterTunnel, isTunnel } from '../../protocols/tunnel/tunnel.ts';
import { decodeUdp, UdpDatagram, UdpStatus } from '../../protocols/udp.ts';

const arp = 0x0806;
/** Of addresses as Ethernet and IPv4 have them (RFC 826). */
const arpLength = 28;
/** Behind it an ICMP error quotes the packet that it is about. */
const icmpHeaderLength = 8;

/** Finds what of a packet is headers, which say nothing of keys and values. One object serves packet after packet. */
export class PayloadFinder {
  readonly datagram = new Datagram();
  readonly #inner = new Datagram();
  readonly segment = new TcpSegment();
  readonly udp = new UdpDatagram();
  /** What the last packet is, as far as its headers are whole; a fragment that is not the first is `other`. */
  kind: 'tcp' | 'udp' | 'other' = 'other';

  /** Offset of the first byte that is no header; the end of the packet where there is none. */
  startOf(packet: CapturedPacket): number {
    return Math.min(packet.end, Math.max(packet.start, this.#find(packet)));
  }

  #find(packet: CapturedPacket): number {
    const { datagram, segment, udp } = this;
    this.kind = 'other';
    datagram.networkStart = packet.start;
    if (!dissect(packet, datagram)) {
      return datagram.etherType === arp ? datagram.networkStart + arpLength : datagram.networkStart;
    }
    // In tunnels the innermost, as far as its headers are whole.
    for (let depth = 0; depth < deepestTunnel && this.#isTunnel(packet.bytes); depth++) {
      if (!enterTunnel(packet.bytes, datagram)) break;
    }
    const { payloadStart, payloadEnd, payloadLength, protocol, fragmentOffset } = datagram;
    if (fragmentOffset > 0) return payloadStart;
    if (protocol === IpProtocol.tcp) {
      const status = decodeTcpSegment(packet.bytes, payloadStart, payloadEnd, payloadLength, segment);
      if (status !== TcpStatus.ok) return payloadStart;
      this.kind = 'tcp';
      return segment.payloadStart;
    }
    if (protocol === IpProtocol.udp) {
      if (decodeUdp(packet.bytes, payloadStart, payloadEnd, payloadLength, udp) !== UdpStatus.ok) return payloadStart;
      this.kind = 'udp';
      return udp.payloadStart;
    }
    const isIcmp = protocol === IpProtocol.icmp || protocol === IpProtocol.icmp6;
    return isIcmp ? payloadStart + icmpHeaderLength : payloadStart;
  }

  /** Whether the datagram is whole, and another one in it. */
  #isTunnel(bytes: Buffer): boolean {
    const { datagram } = this;
    const { protocol, fragmented } = datagram;
    if (fragmented || !(isTunnel(protocol) || protocol === IpProtocol.udp)) return false;
    return enterTunnel(bytes, Object.assign(this.#inner, datagram));
  }
}

/** Packets as lines and dumps may show them: what is no header is zeros. */
export class PacketMask {
  readonly #finder = new PayloadFinder();
  readonly #masked = emptyPacket();
  #bytes = Buffer.alloc(2048);

  /** Of the last packet: whether its own text says nothing of its payload. */
  get isSafe(): boolean {
    const { kind, segment } = this.#finder;
    return kind === 'udp' || (kind === 'tcp' && (segment.flags & TcpFlag.rst) === 0);
  }

  /** A copy, valid until the next one. */
  of(packet: CapturedPacket): CapturedPacket {
    const start = this.#finder.startOf(packet);
    const length = packet.end - packet.start;
    if (this.#bytes.length < length) this.#bytes = Buffer.alloc(2 * length);
    packet.bytes.copy(this.#bytes, 0, packet.start, start);
    this.#bytes.fill(0, start - packet.start, length);
    return Object.assign(this.#masked, packet, { bytes: this.#bytes, start: 0, end: length });
  }
}
