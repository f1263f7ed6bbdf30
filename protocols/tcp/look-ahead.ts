import { u16be } from '../bytes.ts';
import { type Peers, pairOf } from '../peers.ts';
import { areOfOnePair, areParallel, Content, isEarlier, isLater, SeenPacket, transportOf } from '../seen-packet.ts';
import type { StreamBeginning } from './context.ts';
import { TcpFlag } from './segment.ts';
import { sequenceAfter, sequenceDistance } from './sequence.ts';

const { fin: finFlag, syn: synFlag, rst: rstFlag, ack: ackFlag } = TcpFlag;

/** Pending SYNs are counted by bucket, so that most segments see at a glance that none is theirs. */
const synBuckets = 256;

/** More SYNs than that at a time between one pair of ports are an attack: then nothing waits, which would be slow. */
const mostSyns = 12;

interface LookAheadOptions {
  /** Packets that are known before one is processed. */
  readonly packets: number;
  /** How far from one another the bytes of one connection lie at most that are captured so close together. */
  readonly reach: number;
  /**
   * The first sequence number of the client's stream, in the connection known between the ports of this packet, if any.
   */
  readonly clientStart: (seen: SeenPacket) => number | undefined;
}

/**
 * The packets that come next in the capture, so that bytes captured out of order can be told from bytes lost. They lie
 * in a ring, and each is decoded once: what is looked at ahead is later processed from the same slot.
 *
 * Where ports are used again, sequence numbers say which connection a segment is of: the one whose SYN lies closest
 * before it. A segment whose own SYN comes later waits for it, and a SYN waits for the segments of the connection
 * before it. They are set aside: out of the ring, and still among those that come. Of UDP, which numbers nothing, time
 * stamps tell the order: a datagram waits for those between the same ports that are earlier.
 */
export class LookAhead {
  readonly #options: LookAheadOptions;
  readonly #slots: SeenPacket[];
  /** The `pair` of each slot: packets of one connection are found among the others without looking at these. */
  readonly #pairs: Int32Array;
  #first = 0;
  #count = 0;
  /** In the order in which they were captured. */
  readonly #aside: SeenPacket[] = [];
  readonly #beginning: StreamBeginning = { sequence: 0, isCertain: false };
  /** The one of those set aside that is being processed. */
  #taken: SeenPacket | undefined;
  readonly #synCounts = new Uint16Array(synBuckets);
  /** Datagrams of the ring that are earlier than the one captured before them, and when the last one was. */
  #earlyDatagrams = 0;
  #lastSeconds = 0;
  #lastNanoseconds = 0;

  constructor(options: LookAheadOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: options.packets }, () => new SeenPacket());
    this.#pairs = new Int32Array(options.packets);
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

  /** Called when the slot added last was found to hold a TCP segment or a UDP datagram, and that is decoded. */
  note(seen: SeenPacket): void {
    seen.pair = pairOf(seen.datagram, transportOf(seen));
    this.#pairs[this.#slotAt(this.#count - 1)] = seen.pair;
    if (isSyn(seen)) this.#countSyn(seen, 1);
    if (seen.content !== Content.udp) return;
    const { seconds, nanoseconds } = seen.packet;
    seen.isEarly =
      seconds < this.#lastSeconds || (seconds === this.#lastSeconds && nanoseconds < this.#lastNanoseconds);
    if (seen.isEarly) this.#earlyDatagrams++;
    this.#lastSeconds = seconds;
    this.#lastNanoseconds = nanoseconds;
  }

  /** The first packet is processed, or set aside. */
  shift(): void {
    const seen = this.#slots[this.#first] as SeenPacket;
    if (isSyn(seen)) this.#countSyn(seen, -1);
    if (isEarlyDatagram(seen)) this.#earlyDatagrams--;
    this.#first = this.#first + 1 === this.#slots.length ? 0 : this.#first + 1;
    this.#count--;
  }

  /** Whether a segment or datagram has to wait for one that comes later. */
  mustWait(seen: SeenPacket): boolean {
    if (seen.content === Content.udp) return this.#awaitsEarlier(seen);
    return this.#awaitsSyn(seen) || this.#awaitsOlder(seen);
  }

  /** Sets the first packet aside; its packet object stays valid. */
  setAside(): void {
    const seen = this.#slots[this.#first] as SeenPacket;
    // While any is set aside, each is compared with all.
    if (isEarlyDatagram(seen)) this.#earlyDatagrams--;
    this.#aside.push(seen);
    this.#slots[this.#first] = new SeenPacket();
  }

  /**
   * A packet that was set aside and is to be processed now, if there is one; it counts as at hand until the next call.
   * None waits for longer than the look-ahead is long, counted in packets up to `number`.
   */
  takeBack(number: number): SeenPacket | undefined {
    if (this.#taken !== undefined) {
      this.#aside.splice(this.#aside.indexOf(this.#taken), 1);
      if (isSyn(this.#taken)) this.#countSyn(this.#taken, -1);
    }
    this.#taken = this.#aside.find((seen) => !this.mustWait(seen)) ?? this.#overdue(number);
    return this.#taken;
  }

  /** See `ComesLater`. */
  comesLater(connection: Peers, fromClient: boolean, fromSequence: number, toSequence: number): boolean {
    const { pair } = connection;
    for (let index = this.#find(pair, 0); index >= 0; index = this.#find(pair, index + 1)) {
      const seen = this.#at(index);
      if (!isOf(seen, connection, fromClient) || !hasPayload(seen)) continue;
      const first = payloadSequence(seen);
      if (sequenceDistance(first, toSequence) >= 0) continue;
      if (sequenceDistance(first + seen.segment.payloadLength, fromSequence) <= 0) continue;
      if (!this.#awaitsSyn(seen)) return true;
    }
    return false;
  }

  /** See `FinComesLater`. */
  finComesLater(connection: Peers, fromClient: boolean, sequence: number): boolean {
    for (let index = 0; index < this.#pending; index++) {
      const seen = this.#at(index);
      if (!isOf(seen, connection, fromClient) || (seen.segment.flags & finFlag) === 0) continue;
      if (sequenceDistance(payloadSequence(seen) + seen.segment.payloadLength, sequence) !== 0) continue;
      if (!this.#awaitsSyn(seen)) return true;
    }
    return false;
  }

  /** See `BeginningOf`. */
  beginningOf(connection: Peers, fromClient: boolean, sequence: number, isAcknowledged: boolean): StreamBeginning {
    const { pair } = connection;
    const beginning = this.#beginning;
    beginning.sequence = sequence;
    beginning.isCertain = false;
    for (let index = this.#find(pair, 0); index >= 0; index = this.#find(pair, index + 1)) {
      const seen = this.#at(index);
      if (isOf(seen, connection, fromClient)) this.#beginEarlier(seen, sequence);
      else if (isAcknowledged && isOf(seen, connection, !fromClient) && acknowledges(seen)) {
        const { acknowledgment } = seen.segment;
        if (this.#isShortlyBefore(acknowledgment, beginning.sequence) && !this.#awaitsSyn(seen)) {
          beginning.sequence = acknowledgment;
        }
      }
      if (beginning.isCertain) break;
    }
    return beginning;
  }

  /** See `AnswerComes`. */
  answerComes(flow: Peers, firstWord: number, requestUs: number, identification: number): boolean {
    const { pair } = flow;
    const present = this.#taken ?? this.first;
    let answer: SeenPacket | undefined;
    let request: SeenPacket | undefined;
    for (let index = this.#find(pair, 0); index >= 0; index = this.#find(pair, index + 1)) {
      const seen = this.#at(index);
      const { content, datagram, udp, bytes } = seen;
      if (seen === present || content !== Content.udp || udp.payloadEnd - udp.payloadStart < 2) continue;
      if (u16be(bytes, udp.payloadStart) !== firstWord) continue;
      if (flow.goesToClient(datagram, udp)) {
        if (answer === undefined || isLater(answer, seen)) answer = seen;
      } else if (flow.goesToServer(datagram, udp) && seen.timeUs !== requestUs) {
        if (identification !== 0 && datagram.identification === identification) continue;
        if (request === undefined || isLater(request, seen)) request = seen;
      }
    }
    return answer !== undefined && (request === undefined || isLater(request, answer));
  }

  /** Whether a datagram that comes is earlier than this one, between the same ports. */
  #awaitsEarlier(seen: SeenPacket): boolean {
    if (this.#earlyDatagrams === 0 && this.#aside.length === 0) return false;
    const { pair } = seen;
    for (let index = this.#find(pair, 0); index >= 0; index = this.#find(pair, index + 1)) {
      const other = this.#at(index);
      if (other.content === Content.udp && isEarlier(other, seen) && areOfOnePair(seen, other)) return true;
    }
    return false;
  }

  /** Takes a segment for the beginning, if it lies before what is known so far; `given` is the number asked for. */
  #beginEarlier(seen: SeenPacket, given: number): void {
    const { payloadLength } = seen.segment;
    const isBeginning = isSyn(seen);
    if (!isBeginning && !hasPayload(seen)) return;
    const first = payloadSequence(seen);
    // A keep-alive probe may repeat the byte before.
    if (payloadLength === 1 && sequenceDistance(given, first) === 1) return;
    if (!this.#isShortlyBefore(first, isBeginning ? given : this.#beginning.sequence)) return;
    if (this.#awaitsSyn(seen)) return;
    this.#beginning.sequence = first;
    this.#beginning.isCertain = isBeginning;
  }

  #overdue(number: number): SeenPacket | undefined {
    const { packets } = this.#options;
    const oldest = this.#aside[0];
    if (oldest === undefined) return undefined;
    const isOverdue = this.#count === 0 || this.#aside.length > packets || number - oldest.packet.number > packets;
    return isOverdue ? oldest : undefined;
  }

  get #pending(): number {
    return this.#count + this.#aside.length;
  }

  /** Packets of the ring, then those set aside. */
  #at(index: number): SeenPacket {
    return index < this.#count ? this.#slot(index) : (this.#aside[index - this.#count] as SeenPacket);
  }

  #slot(index: number): SeenPacket {
    return this.#slots[this.#slotAt(index)] as SeenPacket;
  }

  #slotAt(index: number): number {
    const at = this.#first + index;
    return at < this.#slots.length ? at : at - this.#slots.length;
  }

  /** Index, from `from` on, of a packet that has this `pair`; -1 where there is none. Others may have the same. */
  #find(pair: number, from: number): number {
    let index = from;
    let slot = this.#slotAt(index);
    for (; index < this.#count; index++) {
      if (this.#pairs[slot] === pair) return index;
      if (++slot === this.#slots.length) slot = 0;
    }
    for (; index < this.#pending; index++) if (this.#at(index).pair === pair) return index;
    return -1;
  }

  /** Whether SYNs between the segment's ports may be among the packets that come; its own counts too. */
  #seesSyns(seen: SeenPacket): boolean {
    const count = this.#synCounts[seen.pair & (synBuckets - 1)] as number;
    return count > 0 && count <= mostSyns;
  }

  #countSyn(seen: SeenPacket, change: 1 | -1): void {
    const bucket = seen.pair & (synBuckets - 1);
    this.#synCounts[bucket] = (this.#synCounts[bucket] as number) + change;
  }

  #isShortlyBefore(sequence: number, other: number): boolean {
    const distance = sequenceDistance(other, sequence);
    return distance >= 0 && distance <= this.#options.reach;
  }

  /**
   * Whether the SYN of this segment's connection comes later. A client's SYN awaits none, the server's only the
   * client's.
   */
  #awaitsSyn(seen: SeenPacket): boolean {
    if (!this.#seesSyns(seen) || (isSyn(seen) && !acknowledges(seen))) return false;
    const syn = this.#synOf(seen);
    if (syn === undefined || !isSyn(seen)) return syn !== undefined;
    for (let index = this.#find(seen.pair, 0); index >= 0; index = this.#find(seen.pair, index + 1)) {
      const other = this.#at(index);
      if (!isSyn(other) || acknowledges(other) || !areOfOnePair(seen, other)) continue;
      if (clientStart(other) === clientStart(seen)) return true;
    }
    return false;
  }

  /** Whether this is the SYN of a connection not known yet, and segments of one before it come later. */
  #awaitsOlder(seen: SeenPacket): boolean {
    if (!isSyn(seen) || !this.#seesSyns(seen)) return false;
    const start = clientStart(seen);
    if (this.#options.clientStart(seen) === start) return false;
    for (let index = this.#find(seen.pair, 0); index >= 0; index = this.#find(seen.pair, index + 1)) {
      const other = this.#at(index);
      if (other === seen || other.content !== Content.tcp || !areOfOnePair(seen, other)) continue;
      if (clientSequence(other, seen) === undefined) continue;
      const syn = this.#synOf(other);
      if (syn === undefined) return true;
      if (clientStart(syn) !== start && isLater(seen, syn)) return true;
    }
    return false;
  }

  /**
   * The SYN to come that this segment is of the connection of: that whose number lies closest before it. Undefined
   * where that of the connection known lies closer, or none does.
   */
  #synOf(seen: SeenPacket): SeenPacket | undefined {
    let closest = -1;
    let found: SeenPacket | undefined;
    for (let index = this.#find(seen.pair, 0); index >= 0; index = this.#find(seen.pair, index + 1)) {
      const other = this.#at(index);
      if (!isSyn(other) || !areOfOnePair(seen, other)) continue;
      const sequence = clientSequence(seen, other);
      if (sequence === undefined) return undefined;
      if (closest < 0) closest = this.#distanceToKnown(seen, sequence);
      const distance = sequenceDistance(sequence, sequenceAfter(clientStart(other), -1));
      if (distance < 0 || distance >= closest) continue;
      closest = distance;
      found = other;
    }
    return found;
  }

  /**
   * How far `sequence` lies behind the SYN of the client in the connection known; more than the reach where it does
   * not.
   */
  #distanceToKnown(seen: SeenPacket, sequence: number): number {
    const beyond = this.#options.reach + 1;
    const known = this.#options.clientStart(seen);
    if (known === undefined) return beyond;
    const distance = sequenceDistance(sequence, sequenceAfter(known, -1));
    return distance < 0 ? beyond : Math.min(distance, beyond);
  }
}

function isSyn(seen: SeenPacket): boolean {
  return seen.content === Content.tcp && (seen.segment.flags & synFlag) !== 0;
}

function isEarlyDatagram(seen: SeenPacket): boolean {
  return seen.content === Content.udp && seen.isEarly;
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

/** The first sequence number of the client's stream, signed, as a SYN of either side says. */
function clientStart(syn: SeenPacket): number {
  const { sequence, acknowledgment } = syn.segment;
  return acknowledges(syn) ? acknowledgment | 0 : sequenceAfter(sequence, 1);
}

/**
 * Where in the client's stream a segment stands, by its own number or by what it acknowledges; undefined where nothing
 * says. A SYN between the same ports tells which side is the client.
 */
function clientSequence(seen: SeenPacket, syn: SeenPacket): number | undefined {
  if (areParallel(seen, syn) !== acknowledges(syn)) return seen.segment.sequence;
  return acknowledges(seen) ? seen.segment.acknowledgment : undefined;
}
