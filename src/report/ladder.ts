import type { Datagram } from '../../protocols/datagram.ts';
import { dissect } from '../../protocols/dissect.ts';
import { IpProtocol } from '../../protocols/ip/protocol-number.ts';
import type { CapturedPacket } from '../../protocols/packet.ts';
import { timeUsOf } from '../../protocols/packet.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import { decodeTcpSegment, TcpFlag, type TcpSegment, TcpStatus } from '../../protocols/tcp/segment.ts';
import { deepestTunnel, enterTunnel } from '../../protocols/tunnel/tunnel.ts';
import { decodeUdp, type UdpDatagram, UdpStatus } from '../../protocols/udp.ts';

/** One packet of a connection, as a rung of its ladder. */
export interface Rung {
  readonly timeUs: number;
  readonly packet: number;
  readonly fromClient: boolean;
  /** `SYN`, `FIN, ACK`, …; empty for UDP. */
  readonly flags: string;
  /** Payload bytes. */
  readonly length: number;
  /** What is said of it: commands and answers that it completes, what is wrong. */
  readonly notes: string[];
}

/** Rungs that are kept of a connection: its first, and its latest. */
const mostFirst = 40;
const mostLatest = 160;

/** Notes that are kept of a packet. */
const mostNotes = 40;

/** The packets of one connection. */
export class Ladder {
  readonly connection: ConnectionInfo;
  readonly #first: Rung[] = [];
  #latest: Rung[] = [];
  #skipped = 0;
  /** Of the packet under way, which is added once all that it tells was told. */
  #early: { readonly packet: number; readonly text: string }[] = [];

  constructor(connection: ConnectionInfo) {
    this.connection = connection;
  }

  add(rung: Rung): void {
    for (const { packet, text } of this.#early) if (packet === rung.packet) rung.notes.push(text);
    this.#early = [];
    if (this.#first.length < mostFirst) {
      this.#first.push(rung);
      return;
    }
    this.#latest.push(rung);
    if (this.#latest.length < 2 * mostLatest) return;
    this.#skipped += this.#latest.length - mostLatest;
    this.#latest = this.#latest.slice(-mostLatest);
  }

  /** Says something of a packet, where that is kept. */
  note(packet: number, text: string): void {
    const isIt = (rung: Rung): boolean => rung.packet === packet;
    const rung = this.#latest.findLast(isIt) ?? this.#first.findLast(isIt);
    if (rung === undefined) {
      const isKnown = this.#early.some((note) => note.packet === packet && note.text === text);
      if (!isKnown && this.#early.length < mostNotes) this.#early.push({ packet, text });
    } else if (!rung.notes.includes(text) && rung.notes.length < mostNotes) rung.notes.push(text);
  }

  /** The first ones, how many were left out behind them, and the latest. */
  rungs(): { readonly first: readonly Rung[]; readonly skipped: number; readonly latest: readonly Rung[] } {
    const over = Math.max(0, this.#latest.length - mostLatest);
    return { first: this.#first, skipped: this.#skipped + over, latest: this.#latest.slice(over) };
  }
}

const flagNames: readonly (readonly [number, string])[] = [
  [TcpFlag.syn, 'SYN'],
  [TcpFlag.fin, 'FIN'],
  [TcpFlag.rst, 'RST'],
  [TcpFlag.ack, 'ACK'],
];

/** Reads packets once more, for their flags: what the streams are made from knows them no longer. */
export class RungReader {
  readonly #datagram: Datagram;
  readonly #segment: TcpSegment;
  readonly #udp: UdpDatagram;

  constructor(datagram: Datagram, segment: TcpSegment, udp: UdpDatagram) {
    this.#datagram = datagram;
    this.#segment = segment;
    this.#udp = udp;
  }

  /** The rung that a packet of this connection makes; undefined where it can't be read alone, as a fragment. */
  read(packet: CapturedPacket, connection: ConnectionInfo): Rung | undefined {
    const datagram = this.#datagram;
    let isThere = dissect(packet, datagram);
    for (let depth = 0; isThere && !datagram.fragmented && depth <= deepestTunnel; depth++) {
      const read = this.#transport(packet, connection);
      if (read !== undefined) return { timeUs: timeUsOf(packet), packet: packet.number, notes: [], ...read };
      isThere = enterTunnel(packet.bytes, datagram);
    }
    return undefined;
  }

  /** What the transport header says; undefined where it is not one of this connection. */
  #transport(
    { bytes }: CapturedPacket,
    connection: ConnectionInfo,
  ): Pick<Rung, 'fromClient' | 'flags' | 'length'> | undefined {
    const { transport, clientPort } = connection.onWire ?? connection;
    const { protocol, payloadStart, payloadEnd, payloadLength } = this.#datagram;
    if (transport === 'udp') {
      const udp = this.#udp;
      if (protocol !== IpProtocol.udp) return undefined;
      if (decodeUdp(bytes, payloadStart, payloadEnd, payloadLength, udp) !== UdpStatus.ok) return undefined;
      const fromClient = udp.sourcePort === clientPort;
      if (!fromClient && udp.destinationPort !== clientPort) return undefined;
      return { fromClient, flags: '', length: udp.payloadLength };
    }
    const segment = this.#segment;
    if (protocol !== IpProtocol.tcp) return undefined;
    if (decodeTcpSegment(bytes, payloadStart, payloadEnd, payloadLength, segment) !== TcpStatus.ok) return undefined;
    const flags = flagNames.filter(([flag]) => (segment.flags & flag) !== 0).map(([, name]) => name);
    return { fromClient: segment.sourcePort === clientPort, flags: flags.join(', '), length: segment.payloadLength };
  }
}
