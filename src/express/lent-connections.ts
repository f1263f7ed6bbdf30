import type { Lender, Standing } from '../../protocols/standing.ts';
import type { Connection, Keeper } from '../../protocols/tcp/connection.ts';
import type { ConnectionState, Release } from './connection-state.ts';
import type { ExpressModule } from './module.ts';

/** Packets of a connection that it stays in the general way for when it came back, and that make a stay a long one. */
const firstPatience = 4;
const mostPatience = 1024;
const longStay = 64;

/** Where so many are here, further ones wait for so many packets: most of many connections have little to say. */
const many = 1000;
const patienceOfMany = 8;

/** One that is here. */
interface Lent {
  readonly index: number;
  readonly lender: Lender;
  /** Its segments when it came. */
  readonly segments: number;
}

/** The connections that go the express way: they come when nothing is open on them, and go back when they are asked for. */
export class LentConnections implements Keeper {
  readonly #module: ExpressModule;
  readonly #state: ConnectionState;
  /** Writes the texts of a connection that comes. */
  readonly #writeTexts: (index: number, connection: Connection) => void;
  readonly #lent = new Map<Connection, Lent>();
  readonly #byIndex: (Connection | undefined)[] = [];
  readonly #release: Release;
  /** Connections that have gone back so far. */
  returned = 0;
  readonly #standing: Standing = emptyStanding();

  constructor(
    module: ExpressModule,
    state: ConnectionState,
    writeTexts: (index: number, connection: Connection) => void,
    release: Release,
  ) {
    this.#module = module;
    this.#state = state;
    this.#writeTexts = writeTexts;
    this.#release = release;
  }

  /** Follows a connection from now on, if it can: nothing is open on it, as far as its streams know. */
  follow(connection: Connection): void {
    if (connection.keeper !== undefined || !this.#mayCome(connection)) return;
    const lender = connection.streams?.session.lender;
    if (lender === undefined || !lender.lend(this.#standing) || !this.#agrees(connection)) return;
    const index = this.#module.admit();
    if (index === 0) return;
    this.#state.write(index, connection, this.#standing);
    this.#writeTexts(index, connection);
    this.#module.link(index);
    this.#byIndex[index] = connection;
    this.#lent.set(connection, { index, lender, segments: this.#state.segments(index) });
    connection.keeper = this;
  }

  /** The one that the module has in this place. */
  at(index: number): Connection {
    return this.#byIndex[index] as Connection;
  }

  tellLastUse(connection: Connection): void {
    this.#state.readUse(this.#lentOf(connection).index, connection);
  }

  giveBack(connection: Connection): void {
    const { index, lender, segments } = this.#lentOf(connection);
    const state = this.#state;
    state.readUse(index, connection);
    connection.keeper = undefined;
    this.returned++;
    this.#wait(connection, state.segments(index) - segments);
    state.read(index, connection, this.#standing);
    lender.takeBack(this.#standing, state.underWay(index, this.#release));
    this.#module.dismiss(index);
    this.#byIndex[index] = undefined;
    this.#lent.delete(connection);
  }

  #lentOf(connection: Connection): Lent {
    return this.#lent.get(connection) as Lent;
  }

  /** Coming and going costs more than a packet: one that stayed but shortly comes back later each time. */
  #mayCome(connection: Connection): boolean {
    const isNew = connection.wholePatience === 0;
    if (isNew && this.#lent.size >= many) connection.patience = connection.wholePatience = patienceOfMany;
    if (connection.patience === 0) return true;
    connection.patience--;
    return false;
  }

  #wait(connection: Connection, taken: number): void {
    const hasStayed = taken >= longStay;
    const whole = Math.min(mostPatience, Math.max(firstPatience, 2 * connection.wholePatience));
    connection.wholePatience = hasStayed ? 1 : whole;
    connection.patience = hasStayed ? 0 : whole;
  }

  /** Whether streams and session count from the same bytes on. */
  #agrees({ streams }: Connection): boolean {
    const { clientOffset, serverOffset } = this.#standing;
    return streams?.client.next === clientOffset && streams.server.next === serverOffset;
  }
}

function emptyStanding(): Standing {
  return {
    clientOffset: 0,
    serverOffset: 0,
    serverReceived: 0,
    clientReceived: 0,
    lastMs: 0,
    clientMs: 0,
    waited: 0,
    endedRun: 0,
    seemedToWait: 0,
    sendsOn: false,
    hasSilent: false,
    hasSeveral: false,
    silentBehind: 0,
    largestSegment: 0,
    added: 0,
    isBinary: false,
    lastOpaque: 0,
    looks: 0,
    opaquesRise: false,
    opaquesRiseReversed: false,
  };
}
