import type { Arrival, CloseReason, ConnectionInfo, Session } from './protocol.ts';
import type { Transaction } from './transaction.ts';

/** One end of a connection; `port` is 0 where it has none. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** A connection whose two byte streams somebody has himself: nothing of it is reassembled, and nothing is missing. */
export class GivenConnection implements ConnectionInfo {
  readonly transport = 'tcp';
  readonly startedMidStream = false;
  readonly id: number;
  readonly openedUs: number;
  readonly family: 4 | 6;
  readonly clientPort: number;
  readonly serverPort: number;
  readonly client: string;
  readonly server: string;

  constructor(id: number, client: Endpoint, server: Endpoint, openedUs: number) {
    this.id = id;
    this.openedUs = openedUs;
    this.family = client.address.includes(':') ? 6 : 4;
    this.clientPort = client.port;
    this.serverPort = server.port;
    this.client = textOf(client);
    this.server = textOf(server);
  }
}

/** `10.8.34.13:46103` or `[::1]:46103`. */
function textOf({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

interface GivenStreamsOptions {
  readonly numbers: { next: number };
  readonly open: (connection: ConnectionInfo) => Session;
  readonly opened: (connection: ConnectionInfo, arrival: Arrival) => void;
  readonly closed: (connection: ConnectionInfo, reason: CloseReason, arrival: Arrival) => void;
}

/** Connections whose streams are given as they are, beside those that are put together from packets. */
export class GivenStreams {
  readonly #options: GivenStreamsOptions;
  readonly #open = new Map<GivenConnection, Session>();
  /** The one that a session is being called for. */
  #current: GivenConnection | undefined;

  constructor(options: GivenStreamsOptions) {
    this.#options = options;
  }

  open(client: Endpoint, server: Endpoint, arrival: Arrival): GivenConnection {
    const { numbers, open, opened } = this.#options;
    const connection = new GivenConnection(numbers.next++, client, server, arrival.timeUs);
    this.#open.set(connection, open(connection));
    opened(connection, arrival);
    return connection;
  }

  /** The next bytes of one direction; those of a connection that is over, or was given up, are passed over. */
  data(connection: GivenConnection, fromClient: boolean, bytes: Buffer, arrival: Arrival): void {
    const session = this.#open.get(connection);
    if (session === undefined || bytes.length === 0) return;
    this.#current = connection;
    session.data(fromClient, bytes, 0, bytes.length, arrival);
    this.#current = undefined;
  }

  close(connection: GivenConnection, reason: CloseReason, arrival: Arrival): void {
    const session = this.#open.get(connection);
    if (session === undefined) return;
    this.#open.delete(connection);
    session.end(reason, arrival);
    this.#options.closed(connection, reason, arrival);
  }

  /** Tells each request that is due an answer and has none yet. */
  waiting(tell: (request: Transaction) => void): void {
    for (const session of this.#open.values()) session.waiting(tell);
  }

  /** Ends each one that is still open, in the order in which they began. */
  end(arrival: Arrival): void {
    for (const connection of [...this.#open.keys()]) this.close(connection, 'end_of_capture', arrival);
  }

  /** After an exception came out of a call: gives up the connection that it was about. */
  abandon(): void {
    if (this.#current !== undefined) this.#open.delete(this.#current);
    this.#current = undefined;
  }
}
