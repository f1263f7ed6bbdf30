import type { AnomalyCounters } from '../anomaly.ts';
import type { Datagram } from '../datagram.ts';
import { IdleList, secondsOf } from '../idle-list.ts';
import type { Limits } from '../limits.ts';
import { MemoryBudget } from '../memory-budget.ts';
import { PeerMap } from '../peer-map.ts';
import type { Ports } from '../peers.ts';
import type { Arrival, CloseReason, ConnectionInfo, Session, Speaker } from '../protocol.ts';
import type { Transaction } from '../transaction.ts';
import { Connection, type Keeper } from './connection.ts';
import type { BeginningOf, ComesLater, FinComesLater, TcpContext } from './context.ts';
import type { HeldSegments } from './held-segments.ts';
import type { RecentSegments } from './recent-segments.ts';
import { TcpFlag, type TcpSegment } from './segment.ts';
import { SegmentObserver, type TellFact } from './segment-observer.ts';
import { StreamPair } from './stream-pair.ts';

const { fin: finFlag, syn: synFlag, rst: rstFlag, ack: ackFlag } = TcpFlag;

/** One in so many connections without a byte of payload, of as many as are followed, is a flood. */
const floodShare = 4;

export interface ConnectionTableOptions {
  readonly limits: Limits;
  readonly anomalies: AnomalyCounters;
  /** Segments of which neither port is a server port are ignored. */
  readonly isServerPort: (port: number) => boolean;
  /**
   * Who says the payload `bytes[start, end)`, where no SYN was seen and both ports could be a server's; undefined where
   * the payload does not tell: then the connection begins with a later segment.
   */
  readonly speakerOf: (bytes: Buffer, start: number, end: number) => Speaker | undefined;
  /** Makes the session of a new connection; undefined where it is not of interest: then nothing of it is kept. */
  readonly open: (connection: ConnectionInfo, arrival: Arrival) => Session | undefined;
  /** Called after a session was made, before its first bytes. */
  readonly opened?: (connection: ConnectionInfo, arrival: Arrival) => void;
  /** Called after the session's `end`. */
  readonly closed?: (connection: ConnectionInfo, reason: CloseReason, arrival: Arrival) => void;
  /** Called with what segments show beside their bytes; where it is not given, nobody looks. */
  readonly fact?: TellFact | undefined;
  /** Given where somebody else notes segments there, too. */
  readonly recent?: RecentSegments | undefined;
  /** Given by a caller that looks ahead: see {@link ComesLater}, {@link FinComesLater} and {@link BeginningOf}. */
  readonly comesLater?: ComesLater;
  readonly finComesLater?: FinComesLater;
  readonly beginningOf?: BeginningOf;
  /** The count that connections take their numbers from; given where they share it with others. */
  readonly numbers?: ConnectionNumbers;
}

/** Hands out the numbers of connections. */
interface ConnectionNumbers {
  /** Number of the next connection, from 1. */
  next: number;
}

/** Follows every connection: gives each segment to its streams, and decides when connections begin and end. */
export class ConnectionTable {
  readonly #options: ConnectionTableOptions;
  readonly #context: TcpContext;
  readonly #map = new PeerMap<Connection>();
  /** Open connections that have had payload, and those that have had none. */
  readonly #open: IdleList<Connection>;
  readonly #silent: IdleList<Connection>;
  /** Connections that are over, kept so that their last segments, repeated, open no new ones. */
  readonly #closed: IdleList<Connection>;
  /** Packets over which the order of the capture need not be that of the network. */
  readonly #disorder: number;
  readonly #numbers: ConnectionNumbers;
  /** Packet time of the last segment, in whole seconds: only when it changes can a connection be over. */
  #now = -1;
  /** The connection that a session is being called for. */
  #current: Connection | undefined;
  /** The connection of the last segment, if it is followed. */
  #last: Connection | undefined;
  /** False from the first connection on that cost another one its place. */
  #lends = true;

  constructor(options: ConnectionTableOptions) {
    this.#options = options;
    const { limits, anomalies, comesLater, finComesLater, beginningOf, fact } = options;
    const observer = fact && new SegmentObserver(fact, options.recent);
    this.#numbers = options.numbers ?? { next: 1 };
    const proof: Arrival = { timeUs: 0, packet: 0, acknowledged: -1, isCut: false };
    const held = new MemoryBudget<HeldSegments>(limits.outOfOrderTotalBytes, anomalies, 'outOfOrderTotalLimit');
    this.#context = { limits, anomalies, comesLater, finComesLater, beginningOf, held, observer, proof };
    this.#open = new IdleList(limits.idleSeconds);
    this.#silent = new IdleList(limits.idleSeconds);
    this.#closed = new IdleList(limits.closedSeconds);
    this.#disorder = comesLater === undefined ? 0 : limits.lookAheadPackets;
  }

  /** Connections in the table, those that are over included. */
  get size(): number {
    return this.#map.size;
  }

  /** Memory that out-of-order segments take, in bytes, with their bookkeeping. */
  get heldBytes(): number {
    return this.#context.held.bytes;
  }

  /**
   * Takes one segment; `bytes` holds its payload. The caller sets time and number of `arrival`, an object
   * that it reuses: passing them as arguments would cost an allocation for each packet.
   * Returns the connection it belongs to, if it is followed.
   */
  segment(datagram: Datagram, segment: TcpSegment, bytes: Buffer, arrival: Arrival): ConnectionInfo | undefined {
    arrival.acknowledged = -1;
    this.#current = undefined;
    this.#last = undefined;
    const now = secondsOf(arrival);
    if (now !== this.#now) this.#expire(now, arrival);

    const hash = this.#map.hash(datagram, segment);
    let connection = this.#map.find(hash, datagram, segment);
    if (connection?.keeper !== undefined) this.#takeBack(connection, arrival);
    if (connection !== undefined && this.#isGone(connection, datagram, segment, now, arrival)) connection = undefined;
    if (connection === undefined) connection = this.#begin(hash, datagram, segment, bytes, arrival);
    else if (!connection.closed) (connection.hasSpoken ? this.#open : this.#silent).use(connection, arrival);
    if (connection === undefined) return undefined;
    if (connection.closed) {
      this.#seeLate(connection, datagram, segment, arrival);
      return connection.streams && connection;
    }

    if (segment.payloadLength > 0 && !connection.hasSpoken) this.#speaks(connection, arrival);
    const { streams } = connection;
    if (streams === undefined) {
      if ((segment.flags & (finFlag | rstFlag)) !== 0) this.#retire(connection, arrival);
      return undefined;
    }
    this.#current = connection;
    const fromClient = connection.goesToServer(datagram, segment);
    const reason = streams.segment(segment, datagram.identification, fromClient, bytes, arrival);
    if (reason !== undefined) this.#end(connection, reason, arrival);
    this.#current = undefined;
    this.#last = connection;
    return connection;
  }

  /**
   * The first sequence number of the client's stream, signed, in the connection between these ports, if it is known.
   */
  clientStart(datagram: Datagram, ports: Ports): number | undefined {
    const connection = this.#map.find(this.#map.hash(datagram, ports), datagram, ports);
    if (connection?.keeper !== undefined) return connection.keeper.clientStart(connection);
    const client = connection?.streams?.client;
    return client?.known ? client.baseSequence : undefined;
  }

  /** The connection that the last segment was of, where somebody else may follow it: nothing is open on it. */
  get lendable(): Connection | undefined {
    const connection = this.#last;
    if (connection === undefined || connection.closed || !connection.hasSpoken || !this.#lends) return undefined;
    return connection.streams?.isPlain === true ? connection : undefined;
  }

  /**
   * Begins a connection with its client's SYN, of which nothing comes before, for a keeper that follows it from there on;
   * undefined where the SYN has to be given to the table.
   */
  beginFor(keeper: Keeper, datagram: Datagram, segment: TcpSegment, arrival: Arrival): Connection | undefined {
    if (!this.#lends || !this.#options.isServerPort(segment.destinationPort)) return undefined;
    const hash = this.#map.hash(datagram, segment);
    // What is over is let go of for this one alone.
    if (this.#map.find(hash, datagram, segment) !== undefined || !this.#hasRoom()) return undefined;
    const connection = this.#add(hash, datagram, segment, true, arrival);
    connection.id = this.#numbers.next++;
    connection.keeper = keeper;
    keeper.start(connection);
    this.#options.opened?.(connection, arrival);
    return connection;
  }

  /** Both sides of a connection that began with a keeper have sent their FIN, and nothing is open on it. */
  endFor(connection: Connection, arrival: Arrival): void {
    this.#retire(connection, arrival);
    this.#options.closed?.(connection, 'fin', arrival);
  }

  /** The second of packet time up to which it was looked for what is over. */
  get now(): number {
    return this.#now;
  }

  /**
   * For a segment that somebody else follows: whether no connection is over at its time. Else it has to be given to the
   * table.
   */
  pass(arrival: Arrival): boolean {
    const now = secondsOf(arrival);
    // So that each second is looked at that the general way would look at.
    if (now < this.#now) this.takeAllBack(arrival);
    if (this.#over(now) !== undefined) return false;
    if (now !== this.#now) this.#expire(now, arrival);
    return true;
  }

  /** Takes back all that somebody else follows. */
  takeAllBack(arrival: Arrival): void {
    this.#takeBackWhere(() => true, arrival);
  }

  /** Tells each request of an open connection that is due an answer and has none yet. */
  waiting(tell: (request: Transaction) => void, arrival: Arrival): void {
    this.#takeBackWhere((connection, keeper) => !keeper.isIdle(connection), arrival);
    for (const { streams } of this.#followed()) streams?.session.waiting(tell);
  }

  /** The capture is over: ends each open connection, in the order in which they began. */
  end(arrival: Arrival): void {
    for (const connection of this.#followed()) this.#end(connection, 'end_of_capture', arrival);
    this.#current = undefined;
  }

  /**
   * Called after an exception came out of `segment` or `end`: drops the connection whose session threw, without another
   * call to it: a bug costs one connection, not the run. Returns the connection.
   */
  abandon(arrival: Arrival): ConnectionInfo | undefined {
    const connection = this.#current;
    this.#current = undefined;
    if (connection === undefined) return undefined;
    if (!connection.closed) this.#retire(connection, arrival);
    connection.streams?.release();
    return connection;
  }

  #takeBackWhere(isWanted: (connection: Connection, keeper: Keeper) => boolean, arrival: Arrival): void {
    const kept: Connection[] = [];
    for (const list of [this.#open, this.#silent]) {
      for (let at = list.oldest; at !== undefined; at = at.newer)
        if (at.keeper !== undefined && isWanted(at, at.keeper)) kept.push(at);
    }
    for (const connection of kept) this.#takeBack(connection, arrival);
  }

  #takeBack(connection: Connection, arrival: Arrival): void {
    const { keeper } = connection;
    if (keeper === undefined) return;
    if (!connection.closed) this.#catchUp(connection, keeper);
    if (connection.streams === undefined) {
      const session = this.#options.open(connection, arrival);
      connection.streams = session && new StreamPair(this.#context, connection, session);
    }
    keeper.giveBack(connection);
    if (connection.closed) connection.streams?.release();
  }

  /** Puts a connection that somebody else follows where its packets have moved it. */
  #catchUp(connection: Connection, keeper: Keeper): void {
    if (connection.hasSpoken) this.#open.catchUp(connection);
    else if (keeper.hasSpoken(connection)) {
      connection.catchUp();
      this.#silent.remove(connection);
      connection.hasSpoken = true;
      this.#open.insert(connection);
    } else this.#silent.catchUp(connection);
  }

  /** The open connections that somebody is interested in, in the order in which they began. */
  #followed(): Connection[] {
    const open: Connection[] = [];
    for (const list of [this.#open, this.#silent]) {
      for (let at = list.oldest; at !== undefined; at = at.newer) if (at.isFollowed) open.push(at);
    }
    return open.sort((a, b) => a.id - b.id);
  }

  #begin(
    hash: number,
    datagram: Datagram,
    segment: TcpSegment,
    bytes: Buffer,
    arrival: Arrival,
  ): Connection | undefined {
    const { isServerPort } = this.#options;
    if ((segment.flags & rstFlag) !== 0) return undefined;
    if (!isServerPort(segment.destinationPort) && !isServerPort(segment.sourcePort)) return undefined;
    const fromClient = this.#isFromClient(segment, bytes);
    if (fromClient === undefined) return undefined;
    this.#makeRoom(arrival);
    const connection = this.#add(hash, datagram, segment, fromClient, arrival);
    if (!isServerPort(connection.serverPort)) return connection;
    connection.id = this.#numbers.next;
    this.#current = connection;
    const session = this.#options.open(connection, arrival);
    if (session === undefined) return connection;
    this.#numbers.next++;
    connection.streams = new StreamPair(this.#context, connection, session);
    this.#options.opened?.(connection, arrival);
    return connection;
  }

  #add(hash: number, datagram: Datagram, segment: TcpSegment, fromClient: boolean, arrival: Arrival): Connection {
    const connection = new Connection(datagram, segment, fromClient, hash);
    connection.openedUs = arrival.timeUs;
    this.#map.add(connection);
    this.#silent.append(connection, arrival);
    return connection;
  }

  /** SYN decides, else the known port, else what is said: undefined while nothing is that tells. */
  #isFromClient(segment: TcpSegment, bytes: Buffer): boolean | undefined {
    if ((segment.flags & synFlag) !== 0) return (segment.flags & ackFlag) === 0;
    const toServer = this.#options.isServerPort(segment.destinationPort);
    const toClient = this.#options.isServerPort(segment.sourcePort);
    if (toServer !== toClient) return toServer;
    const { payloadStart, payloadEnd } = segment;
    if (payloadStart === payloadEnd) return undefined;
    const speaker = this.#options.speakerOf(bytes, payloadStart, payloadEnd);
    return speaker && speaker === 'client';
  }

  /** Whether the connection found between the ports of a segment is over, or another one than the segment's. */
  #isGone(connection: Connection, datagram: Datagram, segment: TcpSegment, now: number, arrival: Arrival): boolean {
    if (!connection.closed && this.#open.isOver(connection, now)) {
      this.#end(connection, 'expired', arrival);
      this.#forget(connection);
      return true;
    }
    if (!isForeign(connection, datagram, segment)) return false;
    if (!connection.closed) this.#end(connection, 'replaced', arrival);
    this.#forget(connection);
    return true;
  }

  #expire(now: number, arrival: Arrival): void {
    this.#now = now;
    for (let at = this.#over(now); at !== undefined; at = this.#over(now)) {
      this.#end(at, 'expired', arrival);
      this.#forget(at);
    }
    for (let at = this.#closed.over(now); at !== undefined; at = this.#closed.over(now)) {
      // However long ago it was: packets that close to each other may have changed places.
      if (arrival.packet - at.lastPacket < this.#disorder) break;
      this.#forget(at);
    }
  }

  #over(now: number): Connection | undefined {
    this.#settleSilent(now);
    return this.#open.over(now) ?? this.#silent.over(now);
  }

  /** Of those listed long ago, the ones that have spoken since, as whoever follows them knows, are no longer silent. */
  #settleSilent(now: number): void {
    for (let at = this.#silent.oldest; at !== undefined && this.#silent.isListedLong(at, now); ) {
      const { newer, keeper } = at;
      if (keeper?.hasSpoken(at) === true) this.#catchUp(at, keeper);
      at = newer;
    }
  }

  #makeRoom(arrival: Arrival): void {
    if (this.#hasRoom()) return;
    if (this.#lends) {
      // From now on it counts which one has been idle longest.
      this.#lends = false;
      this.takeAllBack(arrival);
    }
    // Where many never say a word, as in a flood of SYNs, those that do stay.
    const isFlood = this.#silent.length * floodShare >= this.#options.limits.connections;
    const idle = isFlood ? this.#silent.idlest() : this.#idlest();
    if (idle === undefined) return;
    this.#options.anomalies.count('connectionLimit');
    this.#end(idle, 'expired', arrival);
    this.#forget(idle);
  }

  /** Whether there is room for one more, perhaps in place of one that is over. */
  #hasRoom(): boolean {
    if (this.#map.size < this.#options.limits.connections) return true;
    const { oldest } = this.#closed;
    if (oldest !== undefined) this.#forget(oldest);
    return oldest !== undefined;
  }

  /** What comes after the end of a connection that both sides have closed says no more than how that was taken. */
  #seeLate(connection: Connection, datagram: Datagram, segment: TcpSegment, arrival: Arrival): void {
    const { streams } = connection;
    if (this.#context.observer === undefined || streams?.hasFinished !== true) return;
    streams.late(segment, datagram.identification, connection.goesToServer(datagram, segment), arrival);
  }

  /** Ends an open connection; its place stays. */
  #end(connection: Connection, reason: CloseReason, arrival: Arrival): void {
    const { keeper } = connection;
    if (keeper !== undefined && connection.streams === undefined && keeper.isIdle(connection)) {
      // Its streams and its session would have nothing to say.
      this.#retire(connection, arrival);
      this.#options.closed?.(connection, reason, arrival);
      return;
    }
    if (keeper !== undefined) this.#takeBack(connection, arrival);
    this.#retire(connection, arrival);
    const { streams } = connection;
    if (streams === undefined || !connection.isFollowed) return;
    this.#current = connection;
    streams.flush(arrival);
    arrival.acknowledged = -1;
    streams.session.end(reason, arrival);
    streams.release();
    this.#options.closed?.(connection, reason, arrival);
  }

  #speaks(connection: Connection, arrival: Arrival): void {
    this.#silent.remove(connection);
    connection.hasSpoken = true;
    this.#open.append(connection, arrival);
  }

  /** The open connection that has had no packet for longest. */
  #idlest(): Connection | undefined {
    const one = this.#open.idlest();
    const other = this.#silent.idlest();
    if (one === undefined || other === undefined) return one ?? other;
    return one.lastPacket < other.lastPacket ? one : other;
  }

  #retire(connection: Connection, arrival: Arrival): void {
    (connection.hasSpoken ? this.#open : this.#silent).remove(connection);
    connection.closed = true;
    this.#closed.append(connection, arrival);
  }

  #forget(connection: Connection): void {
    connection.keeper?.letGo(connection);
    this.#map.remove(connection);
    this.#closed.remove(connection);
  }
}

/** Whether the segment is of another connection between the same ports. Only SYN and what follows a close can tell. */
function isForeign(connection: Connection, datagram: Datagram, segment: TcpSegment): boolean {
  const { streams, closed } = connection;
  const isSyn = (segment.flags & (synFlag | rstFlag)) === synFlag;
  if (!isSyn && !closed) return false;
  if (streams === undefined) return isSyn && (segment.flags & ackFlag) === 0;
  const fromClient = connection.goesToServer(datagram, segment);
  return isSyn ? streams.isForeignSyn(segment, fromClient, closed) : streams.isForeignData(segment, fromClient);
}
