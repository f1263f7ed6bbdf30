import { addressOf } from '../../protocols/address.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import { textHash } from '../../protocols/text-hash.ts';
import type { Order } from './late-request.ts';
import type { Silence } from './silence.ts';
import { WaitingRequests } from './waiting-requests.ts';

/**
 * What is remembered of one open connection: looked up once for each event, and handed to all detectors. What most of
 * their connections need has a field here; what few do, detectors remember themselves, by number of the connection.
 */
export class OpenConnection {
  readonly id: number;
  /** A number that no other open connection has, as small as may be: for those who keep what they know in one array. */
  readonly place: number;
  readonly #connection: ConnectionInfo;
  readonly isTcp: boolean;
  /** The packet with which it began; 0 where nobody has told. */
  readonly packet: number;
  /** No command of it was told yet, but for the one under way. */
  isNew = true;
  /** All detectors hear of all its commands from now on: something was seen of which later ones may be the proof. */
  isNotable: boolean;
  /** A request has asked for no answer. */
  hasQuiet = false;
  /** Its last command was of the binary protocol. */
  isBinary = false;
  /** Command lines. */
  commands = 0;
  /** Requests over TCP that are due an answer other than silence, and have none yet; none to quit. */
  readonly waiting = new WaitingRequests();
  /** The last command that waited for no other one, or the first of those that did, was slow. */
  holdsUp = false;
  /** Requests in a row that left when all before them were answered; of the last one the answer is yet to be waited for. */
  inTurn = 0;
  /** Where a request is late, which ones have left since. */
  order: Order | undefined = undefined;
  silence: Silence | undefined = undefined;
  #serverHash: number | undefined = undefined;
  #pairHash: number | undefined = undefined;

  constructor(connection: ConnectionInfo, packet: number, place: number) {
    this.id = connection.id;
    this.place = place;
    this.#connection = connection;
    this.isTcp = connection.transport === 'tcp';
    this.packet = packet;
    this.isNotable = !this.isTcp;
  }

  /** Hash of the server's name. */
  get serverHash(): number {
    this.#serverHash ??= textHash(this.#connection.server);
    return this.#serverHash;
  }

  /** Hash of the names of client, without its port, and server. */
  get pairHash(): number {
    this.#pairHash ??= textHash(`${addressOf(this.#connection.client)} ${this.#connection.server}`);
    return this.#pairHash;
  }
}

/** Those that spoke lately are found without a hash. */
const slots = 8192;

/** All connections that are open. */
export class OpenConnections {
  readonly #lately = new Array<OpenConnection | undefined>(slots).fill(undefined);
  readonly #all = new Map<number, OpenConnection>();
  readonly #freePlaces: number[] = [];

  open(connection: ConnectionInfo, packet: number): OpenConnection {
    const open = new OpenConnection(connection, packet, this.#freePlaces.pop() ?? this.#all.size);
    this.#all.set(open.id, open);
    this.#lately[open.id % slots] = open;
    return open;
  }

  of(connection: ConnectionInfo): OpenConnection {
    const { id } = connection;
    const open = this.#lately[id % slots];
    return open !== undefined && open.id === id ? open : this.#find(connection);
  }

  close({ id, place }: OpenConnection): void {
    this.#all.delete(id);
    this.#freePlaces.push(place);
    if (this.#lately[id % slots]?.id === id) this.#lately[id % slots] = undefined;
  }

  #find(connection: ConnectionInfo): OpenConnection {
    const { id } = connection;
    const open = this.#all.get(id) ?? this.open(connection, 0);
    this.#lately[id % slots] = open;
    return open;
  }
}
