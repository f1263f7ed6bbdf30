import type { Peers } from '../peers.ts';
import { Content, SeenPacket } from '../seen-packet.ts';
import { TcpFlag } from './segment.ts';
import { sequenceAfter, sequenceDistance } from './sequence.ts';

const { syn: synFlag, rst: rstFlag, ack: ackFlag } = TcpFlag;

/** Pending SYNs are counted by bucket, so that most segments see at a glance that none is theirs. */
const synBuckets = 256;

/** A SYN and whom it belongs to. */
interface Beginning {
  readonly seen: SeenPacket;
  /** The client's initial sequence number, signed. */
  readonly clientSequence: number;
}

export interface LookAheadOptions {
  /** Packets that are known before one is processed. */
  readonly packets: number;
  /** How far from one another the bytes of one connection lie at most that are captured so close together. */
  readonly reach: number;
  /** Whether the connection between the ports of this packet is the one whose client began with this number. */
  readonly hasBegun: (seen: SeenPacket, clientSequence: number) => boolean;
}

/**
 * The packets that come next in the capture, so that bytes captured out of order can be told from bytes lost. They lie
 * in a ring, and each is decoded once: what is looked at ahead is later processed from the same slot.
 *
 * Where ports are used again, sequence numbers say which connection a segment is of: the one whose SYN lies shortly
 * before it. A segment whose own SYN comes later waits for it, and a SYN waits for the segments of the connection
 * before it. They are set aside: out of the ring, and still among those that come.
 */
export class LookAhead {
  readonly #options: LookAheadOptions;
  readonly #slots: SeenPacket[];
  #first = 0;
  #count = 0;
  /** In the order in which they were captured. */
  readonly #aside: SeenPacket[] = [];
  readonly #synCounts = new Uint16Array(synBuckets);

  constructor(options: LookAheadOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: options.packets }, () => new SeenPacket());
  }

  get isFull(): boolean {
    return this.#count === this.#slots.length;
  }

  /** The packet that is to be processed next, or is being processed. */
  get first(): SeenPacket | undefined {
    return this.#count === 0 ? undefined : this.#slots[this.#first];
  }

  get hasAside(): boolean {
    return this.#aside.length > 0;
  }

  /** The slot for the next packet of the capture; the caller has seen to it that there is room. */
  add(): SeenPacket {
    const slot = this.#slot(this.#count);
    this.#count++;
    return slot;
  }

  /** Called when a slot was found to hold a TCP segment, and that is decoded. */
  note(seen: SeenPacket): void {
    const { datagram, segment } = seen;
    seen.pair = datagram.source3 ^ datagram.destination3 ^ segment.sourcePort ^ segment.destinationPort;
    if ((segment.flags & synFlag) !== 0) this.#synCounts[seen.pair & (synBuckets - 1)]!++;
  }

  /** The first packet is processed, or set aside. */
  shift(): void {
    this.#uncount(this.#slots[this.#first] as SeenPacket);
    this.#first = this.#first + 1 === this.#slots.length ? 0 : this.#first + 1;
    this.#count--;
  }

  /** Whether a segment has to wait for one that comes later. */
  mustWait(seen: SeenPacket): boolean {
    // Its own SYN is counted too.
    if (this.#synCounts[seen.pair & (synBuckets - 1)] === 0) return false;
    return this.#awaitsSyn(seen) || this.#awaitsOlder(seen);
  }

  /** Sets the first segment aside; its packet object stays valid. */
  setAside(): void {
    this.#aside.push(this.#slots[this.#first] as SeenPacket);
    this.#slots[this.#first] = new SeenPacket();
  }

  /**
   * A segment that was set aside and is to be processed now, if there is one; undefined else. No segment waits for
   * longer than the look-ahead is long, counted in packets up to `number`.
   */
  takeBack(number: number): SeenPacket | undefined {
    const { packets } = this.#options;
    const oldest = this.#aside[0] as SeenPacket | undefined;
    if (oldest === undefined) return undefined;
    const isOverdue = this.#count === 0 || this.#aside.length > packets || number - oldest.packet.number > packets;
    const ready = this.#aside.find((seen) => !this.mustWait(seen)) ?? (isOverdue ? oldest : undefined);
    if (ready === undefined) return undefined;
    this.#aside.splice(this.#aside.indexOf(ready), 1);
    this.#uncount(ready);
    return ready;
  }

  /** See `ComesLater`. */
  comesLater(connection: Peers, fromClient: boolean, fromSequence: number, toSequence: number): boolean {
    for (let index = 0; index < this.#pending; index++) {
      const seen = this.#at(index);
      if (!isOf(seen, connection, fromClient) || !hasPayload(seen)) continue;
      const first = payloadSequence(seen);
      if (sequenceDistance(first, toSequence) >= 0) continue;
      if (sequenceDistance(first + seen.segment.payloadLength, fromSequence) <= 0) continue;
      if (!this.#awaitsSyn(seen)) return true;
    }
    return false;
  }

  /** See `EarliestSequence`. */
  earliestSequence(connection: Peers, fromClient: boolean, sequence: number): number {
    let earliest = sequence;
    for (let index = 0; index < this.#pending; index++) {
      const seen = this.#at(index);
      if (!isOf(seen, connection, fromClient)) continue;
      const { flags, payloadLength } = seen.segment;
      const isSyn = (flags & synFlag) !== 0;
      if (!isSyn && !hasPayload(seen)) continue;
      const first = payloadSequence(seen);
      const before = sequenceDistance(sequence, first);
      if (before < 0 || before > this.#options.reach || this.#awaitsSyn(seen)) continue;
      if (isSyn) return first;
      // A keep-alive probe may repeat the byte before.
      if (before === 1 && payloadLength === 1) continue;
      if (sequenceDistance(first, earliest) < 0) earliest = first;
    }
    return earliest;
  }

  get #pending(): number {
    return this.#count + this.#aside.length;
  }

  /** Packets of the ring, then those set aside. */
  #at(index: number): SeenPacket {
    return index < this.#count ? this.#slot(index) : (this.#aside[index - this.#count] as SeenPacket);
  }

  #slot(index: number): SeenPacket {
    const at = this.#first + index;
    return this.#slots[at < this.#slots.length ? at : at - this.#slots.length] as SeenPacket;
  }

  #uncount(seen: SeenPacket): void {
    if (isSyn(seen)) this.#synCounts[seen.pair & (synBuckets - 1)]!--;
  }

  /** Whether the SYN of this segment's connection comes later. A client's SYN awaits none, the server's only the client's. */
  #awaitsSyn(seen: SeenPacket): boolean {
    if (this.#synCounts[seen.pair & (synBuckets - 1)] === 0) return false;
    if (isSyn(seen) && !acknowledges(seen)) return false;
    for (let index = 0; index < this.#pending; index++) {
      const other = this.#at(index);
      if (other === seen || !isSyn(other) || !areOfOnePair(seen, other)) continue;
      if (isSyn(seen) && acknowledges(other)) continue;
      const beginning = beginningOf(other);
      const distance = this.#distance(seen, beginning);
      if (distance > 0 && !this.#options.hasBegun(seen, sequenceAfter(beginning.clientSequence, 1))) return true;
    }
    return false;
  }

  /** Whether this is a SYN, and segments of the connection before it come later. */
  #awaitsOlder(seen: SeenPacket): boolean {
    if (!isSyn(seen)) return false;
    const beginning = beginningOf(seen);
    if (this.#options.hasBegun(seen, sequenceAfter(beginning.clientSequence, 1))) return false;
    for (let index = 0; index < this.#pending; index++) {
      const other = this.#at(index);
      if (other === seen || other.content !== Content.tcp || !areOfOnePair(seen, other)) continue;
      if (clientSequence(other, beginning) === undefined || this.#distance(other, beginning) >= 0) continue;
      if (!this.#isYounger(other, seen)) return true;
    }
    return false;
  }

  /** Whether a segment is of a connection that begins with a SYN younger than `syn`. */
  #isYounger(seen: SeenPacket, syn: SeenPacket): boolean {
    for (let index = 0; index < this.#pending; index++) {
      const other = this.#at(index);
      if (other === syn || !isSyn(other) || !areOfOnePair(syn, other)) continue;
      if (this.#distance(seen, beginningOf(other)) >= 0 && isLater(other, syn)) return true;
    }
    return false;
  }

  /** How far a segment lies behind the client's SYN, if it can be of the same connection; -1 else. */
  #distance(seen: SeenPacket, beginning: Beginning): number {
    const sequence = clientSequence(seen, beginning);
    if (sequence === undefined) return -1;
    const distance = sequenceDistance(sequence, beginning.clientSequence);
    return distance <= this.#options.reach ? Math.max(distance, -1) : -1;
  }
}

function isSyn(seen: SeenPacket): boolean {
  return seen.content === Content.tcp && (seen.segment.flags & synFlag) !== 0;
}

function acknowledges(seen: SeenPacket): boolean {
  return (seen.segment.flags & ackFlag) !== 0;
}

/** What a reset carries is not data. */
function hasPayload(seen: SeenPacket): boolean {
  return seen.segment.payloadLength > 0 && (seen.segment.flags & rstFlag) === 0;
}

function payloadSequence(seen: SeenPacket): number {
  const { sequence, flags } = seen.segment;
  return (flags & synFlag) === 0 ? sequence : sequenceAfter(sequence, 1);
}

/** Whether a packet is a segment of the connection, in this direction. */
function isOf(seen: SeenPacket, connection: Peers, fromClient: boolean): boolean {
  if (seen.content !== Content.tcp) return false;
  const { datagram, segment } = seen;
  return fromClient ? connection.goesToServer(datagram, segment) : connection.goesToClient(datagram, segment);
}

/** Whether two segments go between the same ports, in whichever direction. */
function areOfOnePair(one: SeenPacket, other: SeenPacket): boolean {
  return one.pair === other.pair && (areParallel(one, other) || areOpposite(one, other));
}

function areParallel(one: SeenPacket, other: SeenPacket): boolean {
  const a = one.datagram;
  const b = other.datagram;
  return (
    one.segment.sourcePort === other.segment.sourcePort &&
    one.segment.destinationPort === other.segment.destinationPort &&
    a.family === b.family &&
    a.source3 === b.source3 &&
    a.source2 === b.source2 &&
    a.source1 === b.source1 &&
    a.source0 === b.source0 &&
    a.destination3 === b.destination3 &&
    a.destination2 === b.destination2 &&
    a.destination1 === b.destination1 &&
    a.destination0 === b.destination0
  );
}

function areOpposite(one: SeenPacket, other: SeenPacket): boolean {
  const a = one.datagram;
  const b = other.datagram;
  return (
    one.segment.sourcePort === other.segment.destinationPort &&
    one.segment.destinationPort === other.segment.sourcePort &&
    a.family === b.family &&
    a.source3 === b.destination3 &&
    a.source2 === b.destination2 &&
    a.source1 === b.destination1 &&
    a.source0 === b.destination0 &&
    a.destination3 === b.source3 &&
    a.destination2 === b.source2 &&
    a.destination1 === b.source1 &&
    a.destination0 === b.source0
  );
}

/** Of a SYN: the server's acknowledges the client's. */
function beginningOf(seen: SeenPacket): Beginning {
  const { sequence, acknowledgment } = seen.segment;
  return { seen, clientSequence: acknowledges(seen) ? sequenceAfter(acknowledgment, -1) : sequence | 0 };
}

/** Where in the client's stream a segment stands: by its own number, or by what it acknowledges; undefined where nothing says. */
function clientSequence(seen: SeenPacket, beginning: Beginning): number | undefined {
  const isFromClient = areParallel(seen, beginning.seen) !== acknowledges(beginning.seen);
  if (isFromClient) return seen.segment.sequence;
  return acknowledges(seen) ? seen.segment.acknowledgment : undefined;
}

/** By packet time; where that says nothing, by the order of the capture. */
function isLater(one: SeenPacket, other: SeenPacket): boolean {
  const difference = one.timeUs - other.timeUs;
  return difference === 0 ? one.packet.number > other.packet.number : difference > 0;
}
