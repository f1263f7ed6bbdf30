import type { Standing } from '../../protocols/standing.ts';
import type { Connection, Keeper } from '../../protocols/tcp/connection.ts';
import type { TcpFacts } from '../../protocols/tcp/tcp-facts.ts';
import type { ConnectionState, Release } from './connection-state.ts';
import type { ExpressModule } from './module.ts';

/** Packets of a connection that it stays in the general way for when it came back, and that make a stay a long one. */
const firstPatience = 4;
const mostPatience = 1024;
const longStay = 8;

/** Where so many are here, further ones wait for so many packets: most of many connections have little to say. */
const many = 1000;
const patienceOfMany = 8;

/** What else is written of a connection that comes, and read of one that goes. */
interface Texts {
  write(index: number, connection: Connection): void;
  /** Of one that begins here: nothing was printed of it. */
  writeEnds(index: number, connection: Connection): void;
}

/**
 * The connections that go the express way: they begin here, or come when nothing is open on them, and go back when they are
 * asked for.
 */
export class LentConnections implements Keeper {
  readonly #module: ExpressModule;
  readonly #state: ConnectionState;
  readonly #texts: Texts;
  /** By their place. */
  readonly #connections: (Connection | undefined)[] = [];
  /** Segments of each when it came. */
  readonly #segments: number[] = [];
  #count = 0;
  readonly #release: Release;
  /** Connections that have gone back so far. */
  returned = 0;
  readonly #standing: Standing = emptyStanding();
  readonly #listening: { started(): void } | undefined;
  /** The place of the one that begins. */
  #admitted = 0;

  /** `listening`: who listens to what TCP shows; undefined where nobody does. */
  constructor(
    module: ExpressModule,
    state: ConnectionState,
    texts: Texts,
    release: Release,
    listening: { started(): void } | undefined,
  ) {
    this.#module = module;
    this.#state = state;
    this.#texts = texts;
    this.#release = release;
    this.#listening = listening;
  }

  /** Follows a connection from now on, if it can: nothing is open on it, as far as its streams know. */
  follow(connection: Connection): void {
    if (connection.keeper !== undefined || !this.#mayCome(connection)) return;
    const lender = connection.streams?.session.lender;
    if (lender === undefined || !lender.lend(this.#standing) || !this.#agrees(connection)) return;
    const index = this.#module.admit();
    if (index === 0) return;
    this.#state.write(index, connection, this.#standing);
    this.#texts.write(index, connection);
    this.#enter(index, connection, this.#state.segments(index));
    connection.keeper = this;
  }

  /**
   * Begins a connection with the SYN that is the next packet: `open` has it started, and whoever listens told. False where
   * there is no room, or `open` has none.
   */
  begin(open: () => Connection | undefined): boolean {
    const index = this.#module.admit();
    if (index === 0) return false;
    this.#admitted = index;
    if (open() !== undefined) return true;
    this.#module.readmit(index);
    return false;
  }

  start(connection: Connection): void {
    const index = this.#admitted;
    this.#state.facts.forget();
    this.#state.writeNumber(index, connection.id);
    this.#texts.writeEnds(index, connection);
    this.#module.begin(index);
    this.#enter(index, connection, 0);
    this.#listening?.started();
  }

  factsOf({ place, openedUs }: Connection): TcpFacts | undefined {
    return this.#listening && this.#state.facts.factsOf(place, openedUs);
  }

  /** The one that the module has in this place. */
  at(index: number): Connection {
    return this.#connections[index] as Connection;
  }

  tellLastUse(connection: Connection): void {
    this.#state.readUse(connection.place, connection);
  }

  hasSpoken({ place }: Connection): boolean {
    return this.#state.hasSpoken(place);
  }

  isIdle({ place }: Connection): boolean {
    return this.#state.isIdle(place);
  }

  clientStart({ place }: Connection): number {
    return this.#state.clientStart(place);
  }

  giveBack(connection: Connection): void {
    const { place, streams } = connection;
    const state = this.#state;
    state.readUse(place, connection);
    connection.keeper = undefined;
    this.returned++;
    this.#wait(connection, state.segments(place) - (this.#segments[place] as number));
    const hasBegunHere = streams?.client.known === false;
    if (hasBegunHere) state.readBeginning(place, connection);
    state.read(place, connection, this.#standing);
    if (hasBegunHere) state.readEnd(place, connection);
    state.readDisorder(place, connection);
    streams?.session.lender?.takeBack(this.#standing, state.underWay(place, this.#release));
    this.#leave(place);
  }

  letGo(connection: Connection): void {
    if (connection.streams === undefined) connection.lastFacts = this.factsOf(connection);
    connection.keeper = undefined;
    this.#leave(connection.place);
  }

  #enter(index: number, connection: Connection, segments: number): void {
    this.#module.link(index);
    this.#connections[index] = connection;
    this.#segments[index] = segments;
    this.#count++;
    connection.place = index;
  }

  #leave(index: number): void {
    this.#module.dismiss(index);
    this.#connections[index] = undefined;
    this.#count--;
  }

  /** Coming and going costs more than a packet: one that stayed but shortly comes back later each time. */
  #mayCome(connection: Connection): boolean {
    const isNew = connection.wholePatience === 0;
    if (isNew && this.#count >= many) connection.patience = connection.wholePatience = patienceOfMany;
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
