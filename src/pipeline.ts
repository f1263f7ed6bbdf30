import type { AnomalyCounters } from '../protocols/anomaly.ts';
import { Datagram } from '../protocols/datagram.ts';
import { dissect } from '../protocols/dissect.ts';
import { FragmentTable } from '../protocols/ip/fragments.ts';
import { IpProtocol } from '../protocols/ip/protocol-number.ts';
import type { Limits } from '../protocols/limits.ts';
import type { CapturedPacket } from '../protocols/packet.ts';
import type { Arrival, CloseReason, ConnectionInfo, Protocol, SessionEvents } from '../protocols/protocol.ts';
import { ConnectionTable } from '../protocols/tcp/connection-table.ts';
import { decodeTcpSegment, TcpSegment, TcpStatus } from '../protocols/tcp/segment.ts';

/** What the pipeline tells beside what its sessions tell. */
export interface PipelineEvents extends SessionEvents {
  connectionOpen(connection: ConnectionInfo, arrival: Arrival): void;
  connectionClose(connection: ConnectionInfo, reason: CloseReason, arrival: Arrival): void;
}

export interface PipelineOptions {
  readonly protocol: Protocol;
  /** TCP ports on which the protocol's servers listen. */
  readonly ports: ReadonlySet<number>;
  readonly limits: Limits;
  readonly anomalies: AnomalyCounters;
  readonly events: PipelineEvents;
  /** First bytes kept of each value; 0 keeps none. */
  readonly keepValueBytes: number;
}

/**
 * The way of a packet: packet → datagram → segment → stream → message → transaction → events. All of it runs
 * before `packet` returns; nothing waits, and the time is the packets' own.
 */
export class Pipeline {
  readonly #connections: ConnectionTable;
  readonly #fragments: FragmentTable;
  readonly #datagram = new Datagram();
  readonly #segment = new TcpSegment();
  readonly #arrival: Arrival = { timeUs: 0, packet: 0, acknowledged: -1 };

  constructor(options: PipelineOptions) {
    const { protocol, ports, limits, anomalies, events, keepValueBytes } = options;
    const context = { events, limits, anomalies, keepValueBytes };
    this.#fragments = new FragmentTable(limits, anomalies);
    this.#connections = new ConnectionTable({
      limits,
      anomalies,
      isServerPort: (port) => ports.has(port),
      open: (connection) => protocol.open(connection, context),
      opened: (connection, arrival) => events.connectionOpen(connection, arrival),
      closed: (connection, reason, arrival) => events.connectionClose(connection, reason, arrival),
    });
  }

  /** Time of the last packet, µs since 1970. */
  get timeUs(): number {
    return this.#arrival.timeUs;
  }

  packet(packet: CapturedPacket): void {
    const arrival = this.#arrival;
    arrival.timeUs = packet.seconds * 1e6 + Math.floor(packet.nanoseconds / 1000);
    arrival.packet = packet.number;
    const datagram = this.#datagram;
    if (!dissect(packet, datagram) || datagram.protocol !== IpProtocol.tcp) return;
    if (datagram.fragmented) this.#fragment(packet.bytes, datagram, packet.seconds);
    else this.#tcp(packet.bytes, datagram.payloadStart, datagram.payloadEnd, datagram.payloadLength);
  }

  /** The capture is over: what is still open ends here. */
  end(): void {
    this.#fragments.end();
    this.#connections.end(this.#arrival);
  }

  /** After `packet` threw: gives up the connection that it belonged to, so that a bug costs no more than that. */
  abandon(): void {
    this.#connections.abandon(this.#arrival);
  }

  #fragment(bytes: Buffer, datagram: Datagram, seconds: number): void {
    const payload = this.#fragments.add(bytes, datagram, seconds);
    if (payload !== null) this.#tcp(payload, 0, payload.length, payload.length);
  }

  /** `bytes[start, end)` is a TCP segment, of which the IP header claims `claimedLength` bytes. */
  #tcp(bytes: Buffer, start: number, end: number, claimedLength: number): void {
    const segment = this.#segment;
    const status = decodeTcpSegment(bytes, start, end, claimedLength, segment);
    if (status === TcpStatus.ok) this.#connections.segment(this.#datagram, segment, bytes, this.#arrival);
  }
}
