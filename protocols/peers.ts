import { endpointText } from './address.ts';
import type { Datagram } from './datagram.ts';
import type { ConnectionInfo } from './protocol.ts';

/** The ports of a TCP segment or UDP datagram. */
export interface Ports {
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** Who talks to whom: what TCP connections and UDP flows have in common, and their place in the table that holds them. */
export abstract class Peers implements ConnectionInfo {
  abstract readonly transport: 'tcp' | 'udp';
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

  /** Packet time of the last packet, or of the end, in µs since 1970. */
  lastUs = 0;
  /** Neighbours in the list, by last packet or by end. */
  older: this | undefined;
  newer: this | undefined;
  readonly hash: number;
  nextInBucket: this | undefined;

  #client: string | undefined;
  #server: string | undefined;

  constructor(datagram: Datagram, ports: Ports, fromClient: boolean, startedMidStream: boolean, hash: number) {
    const d = datagram;
    this.family = d.family === 6 ? 6 : 4;
    this.client0 = fromClient ? d.source0 : d.destination0;
    this.client1 = fromClient ? d.source1 : d.destination1;
    this.client2 = fromClient ? d.source2 : d.destination2;
    this.client3 = fromClient ? d.source3 : d.destination3;
    this.clientPort = fromClient ? ports.sourcePort : ports.destinationPort;
    this.server0 = fromClient ? d.destination0 : d.source0;
    this.server1 = fromClient ? d.destination1 : d.source1;
    this.server2 = fromClient ? d.destination2 : d.source2;
    this.server3 = fromClient ? d.destination3 : d.source3;
    this.serverPort = fromClient ? ports.destinationPort : ports.sourcePort;
    this.startedMidStream = startedMidStream;
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

  /** The packet goes from client to server. */
  goesToServer(datagram: Datagram, ports: Ports): boolean {
    return (
      datagram.source3 === this.client3 &&
      ports.sourcePort === this.clientPort &&
      datagram.destination3 === this.server3 &&
      ports.destinationPort === this.serverPort &&
      datagram.family === this.family &&
      datagram.source2 === this.client2 &&
      datagram.source1 === this.client1 &&
      datagram.source0 === this.client0 &&
      datagram.destination2 === this.server2 &&
      datagram.destination1 === this.server1 &&
      datagram.destination0 === this.server0
    );
  }

  /** The packet goes from server to client. */
  goesToClient(datagram: Datagram, ports: Ports): boolean {
    return (
      datagram.source3 === this.server3 &&
      ports.sourcePort === this.serverPort &&
      datagram.destination3 === this.client3 &&
      ports.destinationPort === this.clientPort &&
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
