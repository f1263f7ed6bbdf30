import type { Datagram } from '../datagram.ts';
import { Peers } from '../peers.ts';
import { TcpFlag, type TcpSegment } from './segment.ts';
import type { StreamPair } from './stream-pair.ts';
import type { TcpFacts } from './tcp-facts.ts';

/**
 * Follows connections in place of the table as long as nothing unusual happens on them, and knows of them what their
 * streams and session would: one that began with it has none until it is given back. Whoever needs such a connection asks
 * for it back first.
 */
export interface Keeper {
  /** Follows one from its beginning, the packet at hand, of which nobody was told yet. */
  start(connection: Connection): void;
  /**
   * What TCP shows of one that began with it, up to the last packet that it has taken, which may be behind what was told.
   * Undefined where nobody listens to it.
   */
  factsOf(connection: Connection): TcpFacts | undefined;
  /** Sets when the connection was last used, and where it stands among the idle. */
  tellLastUse(connection: Connection): void;
  /** Whether the client has said something. */
  hasSpoken(connection: Connection): boolean;
  /** Whether no request waits, and nothing has begun. */
  isIdle(connection: Connection): boolean;
  /** The first sequence number of the client's stream, signed. */
  clientStart(connection: Connection): number;
  /** Brings its streams and its session up to date; from then on it is the table's again. */
  giveBack(connection: Connection): void;
  /** Forgets it: it is over. */
  letGo(connection: Connection): void;
}

/** One connection: who talks to whom, its streams, and its place in the table. */
export class Connection extends Peers {
  /** Undefined where nobody is interested, and while a keeper follows one that began with it. */
  streams: StreamPair | undefined;
  closed = false;
  /** A byte of payload was seen. */
  hasSpoken = false;
  /** Who follows it for the time being; undefined where nobody else does. */
  keeper: Keeper | undefined;
  /** For a keeper: where it has this one. */
  place = 0;
  /** For a keeper: packets for which it does not follow this one yet, and how many these were at first. */
  patience = 0;
  wholePatience = 0;
  /** What a keeper has left of what TCP showed, where it has let this one go. */
  lastFacts: TcpFacts | undefined;

  constructor(datagram: Datagram, segment: TcpSegment, fromClient: boolean, hash: number) {
    super(datagram, segment, fromClient, (segment.flags & TcpFlag.syn) === 0, hash);
  }

  get transport(): 'tcp' {
    return 'tcp';
  }

  override catchUp(): void {
    this.keeper?.tellLastUse(this);
  }

  get tcp(): TcpFacts | undefined {
    if (this.streams !== undefined) return this.streams.facts;
    return this.keeper === undefined ? this.lastFacts : this.keeper.factsOf(this);
  }

  /** Somebody is interested, and was not told of the end. */
  get isFollowed(): boolean {
    return this.streams === undefined ? this.keeper !== undefined : !this.streams.isReleased;
  }
}
