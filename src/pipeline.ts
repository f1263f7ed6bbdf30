import type { AnomalyCounters } from '../protocols/anomaly.ts';
import type { Datagram } from '../protocols/datagram.ts';
import { dissect } from '../protocols/dissect.ts';
import { type Endpoint, type GivenConnection, GivenStreams } from '../protocols/given-streams.ts';
import { FragmentTable } from '../protocols/ip/fragments.ts';
import { IpProtocol } from '../protocols/ip/protocol-number.ts';
import type { Limits } from '../protocols/limits.ts';
import type { CapturedPacket } from '../protocols/packet.ts';
import type {
  Arrival,
  CloseReason,
  ConnectionEvents,
  ConnectionInfo,
  Protocol,
  SessionEvents,
} from '../protocols/protocol.ts';
import { RecognizedServers } from '../protocols/recognized-servers.ts';
import { Content, type SeenPacket } from '../protocols/seen-packet.ts';
import { SessionMemory } from '../protocols/session-memory.ts';
import type { Connection, Keeper } from '../protocols/tcp/connection.ts';
import { ConnectionTable } from '../protocols/tcp/connection-table.ts';
import { LookAhead } from '../protocols/tcp/look-ahead.ts';
import type { RecentSegments } from '../protocols/tcp/recent-segments.ts';
import { decodeTcpSegment, type TcpSegment, TcpStatus } from '../protocols/tcp/segment.ts';
import type { Transaction } from '../protocols/transaction.ts';
import { deepestTunnel, enterTunnel, isTunnel } from '../protocols/tunnel/tunnel.ts';
import { decodeUdp, UdpStatus } from '../protocols/udp.ts';
import { UdpFlows } from '../protocols/udp-flows.ts';

interface PipelineOptions {
  readonly protocol: Protocol;
  /** TCP ports on which the protocol's servers listen; with `any` they are recognised by what they say. */
  readonly ports: ReadonlySet<number> | 'any';
  readonly udpPorts: ReadonlySet<number>;
  readonly limits: Limits;
  readonly anomalies: AnomalyCounters;
  readonly events: SessionEvents & ConnectionEvents;
  /** First bytes kept of each value; 0 keeps none. */
  readonly keepValueBytes: number;
  /** Given where somebody else notes segments there, too. */
  readonly recent?: RecentSegments | undefined;
  /** Called after a packet was processed, with the connection that it is of if that is followed. */
  readonly followed?: ((seen: SeenPacket, connection: ConnectionInfo | undefined) => void) | undefined;
}

/**
 * The way of a packet: packet → datagram, in tunnels the innermost → segment → stream → message → transaction → events. The first two steps are
 * done when it is added, the others when it is processed, so that a segment can be judged in the light of those that
 * come after it. Time is the packets' own.
 */
export class Pipeline {
  /** By port: 1 for a server's. */
  readonly #tcpPorts: Uint8Array;
  readonly #udpPorts: Uint8Array;
  readonly #lookAhead: LookAhead;
  readonly #connections: ConnectionTable;
  readonly #flows: UdpFlows | undefined;
  readonly #given: GivenStreams;
  readonly #fragments: FragmentTable;
  readonly #followed: PipelineOptions['followed'];
  #hasEnded = false;
  #connection = 0;
  #otherSegments = 0;
  readonly #arrival: Arrival = { timeUs: 0, packet: 0, acknowledged: -1 };

  constructor(options: PipelineOptions) {
    const { protocol, ports, udpPorts, limits, anomalies, events, keepValueBytes } = options;
    this.#followed = options.followed;
    const tcpPorts = portTable(ports);
    this.#tcpPorts = tcpPorts;
    this.#udpPorts = portTable(udpPorts);
    const memory = new SessionMemory(limits, anomalies);
    const recognized = ports === 'any' ? new RecognizedServers(limits.recognizedServers) : undefined;
    const context = { events, limits, anomalies, memory, keepValueBytes, recognized };
    const numbers = { next: 1 };
    const opened = (connection: ConnectionInfo, arrival: Arrival): void => events.connectionOpen(connection, arrival);
    const closed = (connection: ConnectionInfo, reason: CloseReason, arrival: Arrival): void =>
      events.connectionClose(connection, reason, arrival);
    this.#fragments = new FragmentTable(limits, anomalies);
    const lookAhead = new LookAhead({
      packets: limits.lookAheadPackets,
      reach: limits.resetWindow,
      clientStart: ({ datagram, segment }) => this.#connections.clientStart(datagram, segment),
    });
    this.#lookAhead = lookAhead;
    this.#connections = new ConnectionTable({
      limits,
      anomalies,
      numbers,
      isServerPort: (port) => tcpPorts[port] === 1,
      speakerOf: (bytes, start, end) => protocol.speakerOf(bytes, start, end),
      open: (connection) => protocol.open(connection, context),
      opened,
      closed,
      recent: options.recent,
      fact: events.segment && ((connection, fact, arrival) => events.segment?.(connection, fact, arrival)),
      comesLater: (connection, fromClient, from, to) => lookAhead.comesLater(connection, fromClient, from, to),
      finComesLater: (connection, fromClient, sequence) => lookAhead.finComesLater(connection, fromClient, sequence),
      beginningOf: (connection, fromClient, sequence, isAcknowledged) =>
        lookAhead.beginningOf(connection, fromClient, sequence, isAcknowledged),
    });
    const datagrams = protocol.datagrams?.(context);
    this.#flows =
      datagrams &&
      new UdpFlows({
        limits,
        anomalies,
        numbers,
        isServerPort: (port) => this.#udpPorts[port] === 1,
        open: (flow) =>
          datagrams.open(flow, (firstWord, requestUs, identification) =>
            lookAhead.answerComes(flow, firstWord, requestUs, identification),
          ),
        opened,
        closed,
      });
    const certain = { ...context, recognized: undefined };
    this.#given = new GivenStreams({
      numbers,
      open: (connection) => protocol.open(connection, certain),
      opened,
      closed,
    });
  }

  /** Number of the connection that the last packet was of; 0 where that is not followed, or has to wait. */
  get connection(): number {
    return this.#connection;
  }

  /** Time of the last packet that was processed, µs since 1970. */
  get timeUs(): number {
    return this.#arrival.timeUs;
  }

  /** TCP segments of ports that are not the protocol's. */
  get otherSegments(): number {
    return this.#otherSegments;
  }

  /** True once `end` was called. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The packet that is processed next. */
  get next(): CapturedPacket | undefined {
    return this.#lookAhead.first?.packet;
  }

  /** Whether that is of no interest: then it does not matter what comes behind it. */
  get isNextOther(): boolean {
    return this.#lookAhead.first?.content === Content.other;
  }

  /** True where a packet has to be processed before another one can be added. */
  get isFull(): boolean {
    return this.#lookAhead.isFull;
  }

  /**
   * Takes a packet in, without processing it; where the pipeline is full, one has to be processed before. Its bytes
   * have to stay as they are until it is processed.
   */
  add(packet: CapturedPacket): void {
    const seen = this.#lookAhead.add();
    seen.copy(packet);
    const { datagram } = seen;
    if (!dissect(seen.packet, datagram)) return;
    for (let depth = 0; depth <= deepestTunnel; depth++) {
      const { protocol } = datagram;
      const isTransport = protocol === IpProtocol.tcp || protocol === IpProtocol.udp;
      if (!isTransport && !isTunnel(protocol)) return;
      if (datagram.fragmented && !this.#reassemble(seen)) return;
      if (protocol === IpProtocol.tcp) {
        this.#decodeTcp(seen);
        return;
      }
      if (protocol === IpProtocol.udp && this.#decodeUdp(seen)) return;
      if (!enterTunnel(seen.bytes, datagram)) return;
    }
  }

  /** Packets that have to wait for one that comes later. */
  get hasAside(): boolean {
    return this.#lookAhead.hasAside;
  }

  /** The connection of the last packet, where somebody else may follow it. */
  get lendable(): Connection | undefined {
    return this.#connections.lendable;
  }

  /** The second of packet time up to which it was looked for connections that are over. */
  get second(): number {
    return this.#connections.now;
  }

  /** Leaves the next packet out: somebody else has processed it. */
  skip(): void {
    this.#lookAhead.shift();
  }

  /** Whether no connection is over at the time of a packet, so that somebody else may process it. */
  pass(timeUs: number, packet: number): boolean {
    this.#arriveAt(timeUs, packet);
    return this.#connections.pass(this.#arrival);
  }

  /** See `ConnectionTable.beginFor`. */
  beginFor(
    keeper: Keeper,
    datagram: Datagram,
    segment: TcpSegment,
    timeUs: number,
    packet: number,
  ): Connection | undefined {
    this.#arriveAt(timeUs, packet);
    return this.#connections.beginFor(keeper, datagram, segment, this.#arrival);
  }

  /** See `ConnectionTable.endFor`. */
  endFor(connection: Connection, timeUs: number, packet: number): void {
    this.#arriveAt(timeUs, packet);
    this.#connections.endFor(connection, this.#arrival);
  }

  /** Number of the last packet that was processed. */
  get packet(): number {
    return this.#arrival.packet;
  }

  /** Somebody else has processed packets up to this one. */
  passed(timeUs: number, packet: number, connection: number): void {
    this.#arriveAt(timeUs, packet);
    this.#connection = connection;
  }

  /** Takes back the connections that somebody else follows. */
  takeAllBack(): void {
    this.#connections.takeAllBack(this.#arrival);
  }

  /** Processes the next packet, and those that had to wait for it. */
  process(): void {
    const seen = this.#lookAhead.first;
    if (seen === undefined) return;
    const number = seen.packet.number;
    this.#arrive(seen);
    this.#connection = 0;
    try {
      if (seen.content !== Content.other) {
        if (this.#lookAhead.mustWait(seen)) this.#lookAhead.setAside();
        else this.#connection = this.#follow(seen)?.id ?? 0;
      }
    } finally {
      this.#lookAhead.shift();
    }
    if (this.#lookAhead.hasAside) this.#takeBack(seen, number);
  }

  /**
   * Begins a connection whose streams the caller has himself. Here and in what is given of it later, `packet` counts like
   * that of a packet.
   */
  openStreams(client: Endpoint, server: Endpoint, timeUs: number, packet: number): GivenConnection {
    this.#arriveAt(timeUs, packet);
    return this.#given.open(client, server, this.#arrival);
  }

  /** The next bytes of one direction of such a connection. */
  streamData(connection: GivenConnection, fromClient: boolean, bytes: Buffer, timeUs: number, packet: number): void {
    this.#arriveAt(timeUs, packet);
    this.#given.data(connection, fromClient, bytes, this.#arrival);
  }

  closeStreams(connection: GivenConnection, reason: CloseReason, timeUs: number, packet: number): void {
    this.#arriveAt(timeUs, packet);
    this.#given.close(connection, reason, this.#arrival);
  }

  /** Tells each request that is due an answer and has none yet, as far as packets were processed. */
  waiting(tell: (request: Transaction) => void): void {
    this.#connections.waiting(tell, this.#arrival);
    this.#flows?.waiting(tell);
    this.#given.waiting(tell);
  }

  /** The capture is over: processes what waits, then what is still open ends here. */
  end(): void {
    this.#hasEnded = true;
    while (this.next !== undefined) this.process();
    this.#fragments.end();
    this.#connections.end(this.#arrival);
    this.#flows?.end(this.#arrival);
    this.#given.end(this.#arrival);
  }

  /** After `process` threw: gives up the connection that it was about, so that a bug costs no more than that. */
  abandon(): void {
    this.#connections.abandon(this.#arrival);
    this.#flows?.abandon();
    this.#given.abandon();
  }

  #follow(seen: SeenPacket): ConnectionInfo | undefined {
    const { content, datagram, segment, udp, bytes } = seen;
    const connection =
      content === Content.tcp
        ? this.#connections.segment(datagram, segment, bytes, this.#arrival)
        : this.#flows?.datagram(datagram, udp, bytes, this.#arrival);
    this.#followed?.(seen, connection);
    return connection;
  }

  #arrive(seen: SeenPacket): void {
    this.#arriveAt(seen.timeUs, seen.packet.number);
  }

  #arriveAt(timeUs: number, packet: number): void {
    this.#arrival.timeUs = timeUs;
    this.#arrival.packet = packet;
    this.#arrival.acknowledged = -1;
  }

  #takeBack(present: SeenPacket, number: number): void {
    const { timeUs } = present;
    for (;;) {
      const seen = this.#lookAhead.takeBack(number);
      if (seen === undefined) break;
      this.#arrive(seen);
      this.#follow(seen);
    }
    this.#arrival.timeUs = timeUs;
    this.#arrival.packet = number;
  }

  /** Returns true when the fragment completes its datagram, which then stands in place of the packet's own. */
  #reassemble(seen: SeenPacket): boolean {
    const { packet, datagram } = seen;
    const payload = this.#fragments.add(seen.bytes, datagram, packet.seconds);
    if (payload === null) return false;
    seen.bytes = payload;
    datagram.payloadStart = 0;
    datagram.payloadEnd = payload.length;
    datagram.payloadLength = payload.length;
    return true;
  }

  #decodeTcp(seen: SeenPacket): void {
    const { datagram, segment, bytes } = seen;
    const { payloadStart, payloadEnd, payloadLength } = datagram;
    if (decodeTcpSegment(bytes, payloadStart, payloadEnd, payloadLength, segment) !== TcpStatus.ok) return;
    if (this.#tcpPorts[segment.destinationPort] !== 1 && this.#tcpPorts[segment.sourcePort] !== 1) {
      this.#otherSegments++;
      return;
    }
    seen.content = Content.tcp;
    this.#lookAhead.note(seen);
  }

  /** Returns false where it is no datagram of the protocol's. */
  #decodeUdp(seen: SeenPacket): boolean {
    const { datagram, udp, bytes } = seen;
    const { payloadStart, payloadEnd, payloadLength } = datagram;
    if (decodeUdp(bytes, payloadStart, payloadEnd, payloadLength, udp) !== UdpStatus.ok) return false;
    if (this.#udpPorts[udp.destinationPort] !== 1 && this.#udpPorts[udp.sourcePort] !== 1) return false;
    seen.content = Content.udp;
    this.#lookAhead.note(seen);
    return true;
  }
}

/** Asked several times for each packet: a table answers in a tenth of the time that a set takes. */
function portTable(ports: ReadonlySet<number> | 'any'): Uint8Array {
  const table = new Uint8Array(65_536);
  if (ports === 'any') table.fill(1);
  else for (const port of ports) table[port] = 1;
  return table;
}
