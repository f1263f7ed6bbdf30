import { endpointText } from './address.ts';
import type { Datagram } from './datagram.ts';
import type { Idler } from './idle-list.ts';
import type { ConnectionInfo } from './protocol.ts';

/** The ports of a TCP segment or UDP datagram. */
export interface Ports {
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/**
 * Who talks to whom: what TCP connections and UDP flows have in common, and their place in the table that holds them.
 */
export abstract class Peers implements ConnectionInfo, Idler {
  abstract get transport(): 'tcp' | 'udp';
  // What is compared and changed for each packet comes first, so that it lies close together in memory.
  readonly hash: number;
  nextInBucket: this | undefined;
  readonly clientPort: number;
  readonly serverPort: number;
  /** The last 32-bit word of the addresses, signed: all of an IPv4 address. */
  readonly #client3: number;
  readonly #server3: number;
  /** The other words of IPv6 addresses, three of the client's and three of the server's. */
  readonly #upper: Int32Array | undefined;
  lastSeconds = 0;
  lastPacket = 0;
  listedSeconds = 0;
  listedPacket = 0;
  older: this | undefined;
  newer: this | undefined;
  id = 0;
  readonly startedMidStream: boolean;
  openedUs = 0;
  #client: string | undefined;
  #server: string | undefined;

  constructor(datagram: Datagram, ports: Ports, fromClient: boolean, startedMidStream: boolean, hash: number) {
    const d = datagram;
    this.hash = hash;
    this.clientPort = fromClient ? ports.sourcePort : ports.destinationPort;
    this.serverPort = fromClient ? ports.destinationPort : ports.sourcePort;
    this.#client3 = fromClient ? d.source3 : d.destination3;
    this.#server3 = fromClient ? d.destination3 : d.source3;
    if (d.family === 6) {
      const source = [d.source0, d.source1, d.source2];
      const destination = [d.destination0, d.destination1, d.destination2];
      this.#upper = Int32Array.from(fromClient ? [...source, ...destination] : [...destination, ...source]);
    }
    this.startedMidStream = startedMidStream;
  }

  /** See `Idler`. */
  catchUp(): void {}

  get family(): 4 | 6 {
    return this.#upper === undefined ? 4 : 6;
  }

  /** The words of the addresses, signed: of IPv4 one of the client's and one of the server's, of IPv6 four of each. */
  get addressWords(): readonly number[] {
    if (this.#upper === undefined) return [this.#client3, this.#server3];
    return [...this.#upper.subarray(0, 3), this.#client3, ...this.#upper.subarray(3), this.#server3];
  }

  /** As {@link pairOf}. */
  get pair(): number {
    return this.#client3 ^ this.#server3 ^ this.clientPort ^ this.serverPort;
  }

  get client(): string {
    this.#client ??= this.#endpoint(0, this.#client3, this.clientPort);
    return this.#client;
  }

  get server(): string {
    this.#server ??=
      this.#upper === undefined
        ? serverText(this.#server3, this.serverPort)
        : this.#endpoint(3, this.#server3, this.serverPort);
    return this.#server;
  }

  /** The packet goes from client to server. */
  goesToServer(datagram: Datagram, ports: Ports): boolean {
    return (
      ports.sourcePort === this.clientPort &&
      datagram.source3 === this.#client3 &&
      datagram.destination3 === this.#server3 &&
      ports.destinationPort === this.serverPort &&
      datagram.family === this.family &&
      (this.#upper === undefined || hasUpper(this.#upper, datagram, 0, 3))
    );
  }

  /** The packet goes from server to client. */
  goesToClient(datagram: Datagram, ports: Ports): boolean {
    return (
      ports.destinationPort === this.clientPort &&
      datagram.destination3 === this.#client3 &&
      datagram.source3 === this.#server3 &&
      ports.sourcePort === this.serverPort &&
      datagram.family === this.family &&
      (this.#upper === undefined || hasUpper(this.#upper, datagram, 3, 0))
    );
  }

  #endpoint(first: number, last: number, port: number): string {
    const [word0 = 0, word1 = 0, word2 = 0] = this.#upper?.subarray(first, first + 3) ?? [];
    return endpointText(this.family, word0, word1, word2, last, port);
  }
}

/** Of servers over IPv4, by a hash of address and port: most connections go to few, and each of these has one text. */
const serverTexts: ({ readonly word: number; readonly port: number; readonly text: string } | undefined)[] = new Array(
  256,
).fill(undefined);

function serverText(word: number, port: number): string {
  const slot = (word ^ (word >>> 8) ^ port) & (serverTexts.length - 1);
  const known = serverTexts[slot];
  if (known !== undefined && known.word === word && known.port === port) return known.text;
  const text = endpointText(4, 0, 0, 0, word, port);
  serverTexts[slot] = { word, port, text };
  return text;
}

/** The same number for both directions of a connection, and for few others. */
export function pairOf({ source3, destination3 }: Datagram, { sourcePort, destinationPort }: Ports): number {
  return source3 ^ destination3 ^ sourcePort ^ destinationPort;
}

/** Whether the source's upper words stand at `source`, the destination's at `destination`. */
function hasUpper(words: Int32Array, d: Datagram, source: number, destination: number): boolean {
  return (
    d.source0 === words[source] &&
    d.source1 === words[source + 1] &&
    d.source2 === words[source + 2] &&
    d.destination0 === words[destination] &&
    d.destination1 === words[destination + 1] &&
    d.destination2 === words[destination + 2]
  );
}
