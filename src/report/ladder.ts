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
  /** Its place among all packets of the connection, from 1. */
  readonly place: number;
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

/** Rungs that are kept of a connection: its first, its latest, and in between those that prove a finding. */
const mostFirst = 40;
const mostLatest = 100;
const mostProofs = 60;

/** Rungs before and behind a proof that are kept with it. */
const besideProof = 3;

/** Notes that are kept of a packet. */
const mostNotes = 40;

/** The packets of one connection. */
export class Ladder {
  readonly connection: ConnectionInfo;
  readonly #first: Rung[] = [];
  readonly #proofs: Rung[] = [];
  #latest: Rung[] = [];
  #count = 0;
  /** Of the packet under way, which is added once all that it tells was told. */
  #early: { readonly packet: number; readonly text: string }[] = [];

  constructor(connection: ConnectionInfo) {
    this.connection = connection;
  }

  add(read: Omit<Rung, 'place'>): void {
    const rung = { place: ++this.#count, ...read };
    for (const { packet, text } of this.#early) if (packet === rung.packet) rung.notes.push(text);
    this.#early = [];
    if (this.#first.length < mostFirst) {
      this.#first.push(rung);
      return;
    }
    this.#latest.push(rung);
    if (this.#latest.length < 2 * mostLatest) return;
    this.#keepProofs(this.#latest.slice(0, -mostLatest));
    this.#latest = this.#latest.slice(-mostLatest);
  }

  /** Of rungs that are let go of, as many as there is room for. */
  #keepProofs(leaving: readonly Rung[]): void {
    const proofs = leaving.filter(isProof);
    if (proofs.length === 0) return;
    for (const rung of leaving) {
      if (this.#proofs.length >= mostProofs) return;
      if (proofs.some(({ place }) => Math.abs(place - rung.place) <= besideProof)) this.#proofs.push(rung);
    }
  }

  /** Says something of a packet, where that is kept. */
  note(packet: number, text: string): void {
    const isIt = (rung: Rung): boolean => rung.packet === packet;
    const rung = this.#latest.findLast(isIt) ?? this.#first.findLast(isIt) ?? this.#proofs.findLast(isIt);
    if (rung === undefined) {
      const isKnown = this.#early.some((note) => note.packet === packet && note.text === text);
      if (!isKnown && this.#early.length < mostNotes) this.#early.push({ packet, text });
    } else if (!rung.notes.includes(text) && rung.notes.length < mostNotes) rung.notes.push(text);
  }

  /** Those that are kept, in their order. */
  rungs(): readonly Rung[] {
    return [...this.#first, ...this.#proofs, ...this.#latest];
  }
}

/** Begins a note that names a finding. */
const findingMark = '! ';

/** The note on a packet that proves a finding. */
export function proofNote(finding: string): string {
  return findingMark + finding;
}

/** It proves a finding. */
export function isProof({ notes }: Rung): boolean {
  return notes.some((note) => note.startsWith(findingMark));
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
  read(packet: CapturedPacket, connection: ConnectionInfo): Omit<Rung, 'place'> | undefined {
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
