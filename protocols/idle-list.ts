import { type Linked, PeerList } from './peer-list.ts';
import type { Arrival } from './protocol.ts';

/** What ends when it was idle for long; its place in the list is kept in itself. */
export interface Idler extends Linked {
  /** Time and number of its last packet. The time is in whole seconds since 1970, signed 32 bits. */
  lastSeconds: number;
  lastPacket: number;
  /** The same when it was put where it stands in the list. */
  listedSeconds: number;
  listedPacket: number;
  /** Where somebody else follows it: sets these as if every packet of it had been told with `use`. */
  catchUp(): void;
}

/** What is in use is moved this many times in the time after which it would be over. */
export const movesInIdleTime = 64;

/**
 * One in so many was moved since the list was last in order: then it is sorted, which costs little more than moving
 * them.
 */
const sortedShare = 8;

/**
 * Connections or flows in the order of their last use, near enough. Moving one at each of its packets would fetch its
 * neighbours from memory, too, which with many connections costs more than all else that is done for a packet: one that
 * is used stays where it is until the order counts.
 */
export class IdleList<P extends Idler> {
  readonly #idleSeconds: number;
  readonly #slack: number;
  #list = new PeerList<P>();
  /** Those that were found to be in use when they were to go, since the list was last in order. */
  #moves = 0;

  /** `idleSeconds`: after how many seconds without a packet one is over. */
  constructor(idleSeconds: number) {
    this.#idleSeconds = idleSeconds;
    this.#slack = Math.floor(idleSeconds / movesInIdleTime);
  }

  get length(): number {
    return this.#list.length;
  }

  /** The one listed longest ago; the others follow as `newer`. */
  get oldest(): P | undefined {
    return this.#list.oldest;
  }

  append(peers: P, arrival: Arrival): void {
    note(peers, arrival);
    list(peers);
    this.#list.append(peers);
  }

  remove(peers: P): void {
    this.#list.remove(peers);
  }

  /** A packet of this one came. */
  use(peers: P, arrival: Arrival): void {
    note(peers, arrival);
    if (Math.abs(peers.lastSeconds - peers.listedSeconds) > this.#slack) this.#move(peers);
  }

  isOver(peers: P, now: number): boolean {
    // Time went backwards: counted from here, so that one wrong time stamp keeps nothing alive for ever.
    if (peers.lastSeconds > now) peers.lastSeconds = now;
    return now - peers.lastSeconds > this.#idleSeconds;
  }

  /** One that is over, undefined where there is none. Of several, some may be found a 64th of the idle time later. */
  over(now: number): P | undefined {
    let { oldest } = this.#list;
    while (oldest !== undefined && this.catchUp(oldest)) oldest = this.#list.oldest;
    return oldest !== undefined && this.isOver(oldest, now) ? oldest : undefined;
  }

  /** The one that has been idle longest. */
  idlest(): P | undefined {
    for (let at = this.#list.oldest; at !== undefined; at = this.#list.oldest) {
      if (at.lastPacket === at.listedPacket) return at;
      if (this.#moves * sortedShare > this.#list.length) this.#sort();
      else {
        this.#moves++;
        this.#move(at);
      }
    }
    return undefined;
  }

  /** Whether one was used meanwhile that somebody else follows; then it is put where that has moved it. */
  catchUp(peers: P): boolean {
    const { listedPacket } = peers;
    peers.catchUp();
    if (peers.listedPacket === listedPacket) return false;
    this.#list.remove(peers);
    this.insert(peers);
    return true;
  }

  /** Puts one that was listed before where it belongs, looked for from both ends. */
  insert(peers: P): void {
    const { listedPacket } = peers;
    let before = this.#list.newest;
    let behind = this.#list.oldest;
    while (before !== undefined && before.listedPacket > listedPacket) {
      if (behind === undefined || behind.listedPacket > listedPacket) {
        before = behind?.older;
        break;
      }
      behind = behind.newer;
      before = before.older;
    }
    this.#list.insertBehind(before, peers);
  }

  /** Whether one was put where it stands so long ago that it may be over. */
  isListedLong(peers: P, now: number): boolean {
    return now - peers.listedSeconds > this.#idleSeconds;
  }

  #move(peers: P): void {
    list(peers);
    this.#list.touch(peers);
  }

  #sort(): void {
    const all: P[] = [];
    for (let at = this.#list.oldest; at !== undefined; at = at.newer) all.push(at);
    all.sort((a, b) => a.lastPacket - b.lastPacket);
    this.#list = new PeerList();
    for (const peers of all) {
      list(peers);
      this.#list.append(peers);
    }
    this.#moves = 0;
  }
}

/** Packet time in whole seconds, as `Idler` has it. */
export function secondsOf(arrival: Arrival): number {
  return (arrival.timeUs / 1e6) | 0;
}

function note(peers: Idler, arrival: Arrival): void {
  peers.lastSeconds = secondsOf(arrival);
  peers.lastPacket = arrival.packet;
}

function list(peers: Idler): void {
  peers.listedSeconds = peers.lastSeconds;
  peers.listedPacket = peers.lastPacket;
}
