import { endpointText } from '../address.ts';
import type { Datagram } from '../datagram.ts';
import type { ConnectionInfo, Session } from '../protocol.ts';
import { TcpFlag, type TcpSegment } from './segment.ts';
import type { StreamPair } from './stream-pair.ts';

/** One connection: who talks to whom, its streams, and its place in the table. */
export class Connection implements ConnectionInfo {
  readonly transport = 'tcp';
  readonly family: 4 | 6;
  readonly client0: number;
  readonly client1: number;
  readonly client2: number;
  readonly client3: number;
  readonly clientPort: number;
  readonly server0: number;
  readonly server1: number;
  readonly server2: number;
  readonly server3: number;
  readonly serverPort: number;
  readonly startedMidStream: boolean;
  id = 0;

  /** Undefined where nobody is interested, and after the end. */
  session: Session | undefined;
  /** Undefined where nobody is interested. */
  streams: StreamPair | undefined;
  closed = false;
  /** Packet time of the last packet, or of the end, in µs since 1970. */
  lastUs = 0;
  /** Neighbours in the list, by last packet or by end. */
  older: Connection | undefined;
  newer: Connection | undefined;
  readonly hash: number;
  nextInBucket: Connection | undefined;

  #client: string | undefined;
  #server: string | undefined;

  constructor(datagram: Datagram, segment: TcpSegment, fromClient: boolean, hash: number) {
    const d = datagram;
    this.family = d.family === 6 ? 6 : 4;
    this.client0 = fromClient ? d.source0 : d.destination0;
    this.client1 = fromClient ? d.source1 : d.destination1;
    this.client2 = fromClient ? d.source2 : d.destination2;
    this.client3 = fromClient ? d.source3 : d.destination3;
    this.clientPort = fromClient ? segment.sourcePort : segment.destinationPort;
    this.server0 = fromClient ? d.destination0 : d.source0;
    this.server1 = fromClient ? d.destination1 : d.source1;
    this.server2 = fromClient ? d.destination2 : d.source2;
    this.server3 = fromClient ? d.destination3 : d.source3;
    this.serverPort = fromClient ? segment.destinationPort : segment.sourcePort;
    this.startedMidStream = (segment.flags & TcpFlag.syn) === 0;
    this.hash = hash;
  }

  get client(): string {
    this.#client ??= endpointText(this.family, this.client0, this.client1, this.client2, this.client3, this.clientPort);
    return this.#client;
  }

  get server(): string {
    this.#server ??= endpointText(this.family, this.server0, this.server1, this.server2, this.server3, this.serverPort);
    return this.#server;
  }

  /** The segment goes from client to server. */
  goesToServer(datagram: Datagram, segment: TcpSegment): boolean {
    return (
      datagram.source3 === this.client3 &&
      segment.sourcePort === this.clientPort &&
      datagram.destination3 === this.server3 &&
      segment.destinationPort === this.serverPort &&
      datagram.family === this.family &&
      datagram.source2 === this.client2 &&
      datagram.source1 === this.client1 &&
      datagram.source0 === this.client0 &&
      datagram.destination2 === this.server2 &&
      datagram.destination1 === this.server1 &&
      datagram.destination0 === this.server0
    );
  }

  /** The segment goes from server to client. */
  goesToClient(datagram: Datagram, segment: TcpSegment): boolean {
    return (
      datagram.source3 === this.server3 &&
      segment.sourcePort === this.serverPort &&
      datagram.destination3 === this.client3 &&
      segment.destinationPort === this.clientPort &&
      datagram.family === this.family &&
      datagram.source2 === this.server2 &&
      datagram.source1 === this.server1 &&
      datagram.source0 === this.server0 &&
      datagram.destination2 === this.client2 &&
      datagram.destination1 === this.client1 &&
      datagram.destination0 === this.client0
    );
  }
}
