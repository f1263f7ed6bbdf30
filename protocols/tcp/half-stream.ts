import type { Peers } from '../peers.ts';
import type { Arrival, Session } from '../protocol.ts';
import type { TcpContext } from './context.ts';
import { type HeldPiece, HeldSegments } from './held-segments.ts';
import { sequenceAfter, sequenceDistance, streamOffset } from './sequence.ts';
import { SideFacts } from './tcp-facts.ts';

/** How far `HalfStream.advance` may go. */
export const Advance = {
  /** Only as far as the capture proves. */
  proven: 0,
  /** The look-ahead is not asked: nothing more comes. */
  final: 1,
  /** Nothing waits for the other direction either. */
  forced: 2,
} as const;
export type Advance = (typeof Advance)[keyof typeof Advance];

/** What both directions of a connection share. */
export interface PairContext {
  readonly context: TcpContext;
  readonly connection: Peers;
  readonly session: Session;
  /** The direction from the client. */
  readonly client: HalfStream;
}

/**
 * One direction of a connection: puts its bytes in order and passes them on. In-order bytes go straight
 * from the packet to the session; out-of-order bytes are held until the hole before them is filled or proven.
 * Offsets count from 0, the byte after SYN, or the first byte known of a stream joined midway.
 */
export class HalfStream extends SideFacts {
  readonly #pair: PairContext;
  /** False until the first sequence number of this direction is known. */
  known = false;
  /** The SYN of this direction was seen, so offset 0 is the first byte of the stream. */
  synSeen = false;
  /** Offset 0 was taken from a segment without payload, which may be a keep-alive: one below the truth. */
  provisional = false;
  /** Offset of the next byte to pass on: all before it are delivered or declared missing. */
  next = 0;
  /** Sequence number of `next`, signed. */
  nextSequence = 0;
  /** Highest acknowledgment of the receiver, as an offset. */
  acknowledged = 0;
  /** Holes before this offset are certain. */
  proven = 0;
  /** Offset up to which the sender has sent something, as far as a segment or an acknowledgment showed. */
  sent = 0;
  /** Offset of FIN, which is the length of the stream; -1 until seen. */
  fin = -1;
  /** Offset at which a FIN that was not captured may lie: one sequence number was used up there; -1 if none. */
  finGuess = -1;

  #held: HeldSegments | undefined;
  /** What was declared missing last, `[start, end)`, and was in no packet. */
  #lastHole: { readonly start: number; readonly end: number } | undefined;

  constructor(pair: PairContext) {
    super();
    this.#pair = pair;
  }

  get #fromClient(): boolean {
    return this.#pair.client === this;
  }

  get #context(): TcpContext {
    return this.#pair.context;
  }

  /** Sets offset 0 to `sequence`. */
  begin(sequence: number, provisional: boolean): void {
    this.known = true;
    this.provisional = provisional;
    this.nextSequence = sequence | 0;
  }

  /** As `begin`, but for bytes before `sequence` that come later in the capture; see `BeginningOf`. */
  beginMidStream(sequence: number, provisional: boolean, isAcknowledged: boolean): void {
    const beginning = this.#context.beginningOf?.(this.#pair.connection, this.#fromClient, sequence, isAcknowledged);
    if (beginning === undefined) this.begin(sequence, provisional);
    else {
      const isKnown = beginning.isCertain || sequenceDistance(beginning.sequence, sequence) !== 0;
      this.begin(beginning.sequence, provisional && !isKnown);
    }
  }

  /** Sequence number of offset 0, signed. */
  get baseSequence(): number {
    return sequenceAfter(this.nextSequence, -this.next);
  }

  /** Stream offset of a sequence number, exact within 2^31 of `next`. */
  offsetOf(sequence: number): number {
    if (this.provisional) this.#settle(sequence);
    return streamOffset(sequence, this.nextSequence, this.next);
  }

  /** Whether this acknowledges the SYN of this direction and nothing more. */
  answersSyn(acknowledgment: number): boolean {
    return this.synSeen && sequenceDistance(acknowledgment, this.baseSequence) === 0;
  }

  /** All bytes up to FIN are delivered or declared missing. */
  get finished(): boolean {
    return this.fin >= 0 && this.next >= this.fin;
  }

  /** Something waits: for a hole to be filled or proven, or for the other direction. */
  get pending(): boolean {
    return this.#held !== undefined || this.proven > this.next;
  }

  /** Nothing proven waits. */
  get settled(): boolean {
    return this.next >= this.proven;
  }

  /** Nothing is open: what comes next is the next byte, or something that surprises. */
  get isPlain(): boolean {
    return this.known && !this.provisional && !this.pending && this.fin < 0 && this.finGuess < 0;
  }

  /** Whether all of `[start, end)` was in packets that came before. */
  hasSeen(start: number, end: number): boolean {
    const hole = this.#lastHole;
    if (hole !== undefined && start < hole.end && end > hole.start) return false;
    if (end <= this.next) return true;
    return this.#held?.covers(Math.max(start, this.next), end) ?? false;
  }

  /** Offset behind the last byte that was in a packet. */
  get seenEnd(): number {
    return this.#held?.pieces.at(-1)?.end ?? this.next;
  }

  /** Holes before `offset` are certain from now on. */
  prove(offset: number): void {
    const end = this.fin >= 0 && offset > this.fin ? this.fin : offset;
    if (end > this.proven) this.proven = end;
    this.showSent(end);
  }

  /** The sender has sent all before `offset`. */
  showSent(offset: number): void {
    const end = this.fin >= 0 && offset > this.fin ? this.fin : offset;
    if (end > this.sent) this.sent = end;
  }

  /** FIN lies at `offset`. Returns false for a FIN that other bytes contradict. */
  finish(offset: number): boolean {
    if (this.fin >= 0) return offset === this.fin;
    // One before `next`: its acknowledgment came first and was taken for a missing byte.
    if (offset < this.next - 1) return false;
    this.fin = Math.max(offset, this.next);
    if (this.proven > this.fin) this.proven = this.fin;
    if (this.sent > this.fin) this.sent = this.fin;
    if (this.#held?.truncate(this.fin)) this.#context.anomalies.count('dataAfterFin');
    this.#dropEmpty();
    // What looked like the acknowledgment of a FIN was that of a byte, if FIN lies further on.
    this.prove(this.acknowledged);
    return true;
  }

  /**
   * Takes the payload at `offset`: `bytes[start, capturedEnd)` were captured, `length` bytes were sent.
   * `arrival.acknowledged` beyond `other.next` makes it wait for the other direction.
   */
  receive(
    offset: number,
    bytes: Buffer,
    start: number,
    capturedEnd: number,
    length: number,
    arrival: Arrival,
    other: HalfStream,
  ): void {
    const next = this.next;
    let end = offset + length;
    if (this.fin >= 0 && end > this.fin) {
      this.#context.anomalies.count('dataAfterFin');
      end = this.fin;
    }
    if (end <= next) return;
    let captured = offset + (capturedEnd - start);
    if (captured > end) captured = end;
    if (offset <= next && this.#held === undefined && arrival.acknowledged <= other.next) {
      if (captured > next) this.#deliver(bytes, start + (next - offset), start + (captured - offset), arrival);
      if (end > this.next) this.#declare(end, arrival, true);
      return;
    }
    this.#hold(offset, end, captured, bytes, start, arrival, other);
  }

  /** Passes on what can be passed on, and declares holes that are certain. Returns whether anything moved. */
  advance(other: HalfStream, arrival: Arrival, how: Advance): boolean {
    let moved = false;
    for (;;) {
      const head = this.#held?.pieces[0];
      if (head !== undefined && head.start <= this.next) {
        if (how !== Advance.forced && head.acknowledged > other.next && !other.finished) return moved;
        this.#deliverHead(head, other);
      } else {
        const end = head !== undefined && head.start < this.proven ? head.start : this.proven;
        if (end <= this.next) return moved;
        if (how === Advance.proven && this.comesLater(end)) return moved;
        const holeEnd = how === Advance.proven && this.#finComesLater(end - 1) ? end - 1 : end;
        if (holeEnd <= this.next) return moved;
        this.#declare(holeEnd, arrival, false);
      }
      moved = true;
    }
  }

  /** Whether the look-ahead knows of bytes between `next` and `end`. */
  comesLater(end: number): boolean {
    const { comesLater } = this.#context;
    if (comesLater === undefined) return false;
    const from = this.nextSequence;
    return comesLater(this.#pair.connection, this.#fromClient, from, sequenceAfter(from, end - this.next));
  }

  /** Whether the look-ahead knows of a FIN at `offset`: what acknowledges it proves no byte there. */
  #finComesLater(offset: number): boolean {
    const sequence = sequenceAfter(this.nextSequence, offset - this.next);
    return this.#context.finComesLater?.(this.#pair.connection, this.#fromClient, sequence) ?? false;
  }

  /** Nothing more comes: all that was sent is certain. */
  proveAll(other: HalfStream): void {
    // If the other side closed too, what took up a sequence number here was a FIN, not a byte.
    if (this.finGuess === this.next && this.fin < 0 && other.fin < 0) this.showSent(this.next + 1);
    const last = this.#held?.pieces.at(-1);
    if (last !== undefined) this.showSent(last.end);
    this.prove(this.sent);
  }

  /** Keeps `bytes[start, end)`, the next ones, which `arrival` brought, until what they acknowledge has come. */
  hold(bytes: Buffer, start: number, end: number, other: HalfStream, arrival: Arrival): void {
    this.#heldFor(other).insert(this.next, this.next + end - start, bytes, start, arrival);
    this.showSent(this.next + end - start);
  }

  /** Forgets what is held. */
  release(): void {
    this.#held?.clear();
    this.#held = undefined;
  }

  #hold(
    offset: number,
    end: number,
    captured: number,
    bytes: Buffer,
    start: number,
    arrival: Arrival,
    other: HalfStream,
  ): void {
    const { anomalies } = this.#context;
    const held = this.#heldFor(other);
    if (offset <= this.next && arrival.acknowledged <= other.next) {
      const head = held.pieces[0];
      const directEnd = head !== undefined && head.start < captured ? head.start : captured;
      if (directEnd > this.next) {
        this.#deliver(bytes, start + (this.next - offset), start + (directEnd - offset), arrival);
      }
    }
    const from = Math.max(offset, this.next);
    const at = start + (from - offset);
    if (captured > from && !held.insert(from, captured, bytes, at, arrival)) anomalies.count('overlapConflict');
    if (end > captured) held.insert(Math.max(captured, from), end, undefined, 0, arrival);
    this.showSent(end);
    // As in `finish`: bytes further on show that it was no FIN.
    this.prove(this.acknowledged);
    this.advance(other, arrival, Advance.proven);
    this.#obeyLimits(other, arrival);
  }

  #heldFor(other: HalfStream): HeldSegments {
    this.#held ??= new HeldSegments(this.#context.held, (present) => this.#giveUpHole(other, present));
    return this.#held;
  }

  #obeyLimits(other: HalfStream, arrival: Arrival): void {
    const { limits, anomalies, held: budget } = this.#context;
    while (this.#held !== undefined) {
      const { pieces, bytes } = this.#held;
      if (bytes <= limits.outOfOrderBytes && pieces.length <= limits.outOfOrderSegments) break;
      anomalies.count('outOfOrderLimit');
      this.#giveUpHole(other, arrival);
    }
    for (let held = budget.takeExcess(); held !== undefined; held = budget.takeExcess()) held.giveUp(arrival);
  }

  #giveUpHole(other: HalfStream, arrival: Arrival): void {
    const head = this.#held?.pieces[0];
    if (head === undefined) return;
    this.prove(head.start);
    this.advance(other, arrival, Advance.forced);
  }

  #deliver(bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    this.#step(end - start);
    this.#pair.session.data(this.#fromClient, bytes, start, end, arrival);
  }

  #deliverHead(head: HeldPiece, other: HalfStream): void {
    const { bytes } = head;
    if (bytes === undefined) {
      this.#declare(head.end, head, true);
      return;
    }
    this.#held?.shift();
    this.#dropEmpty();
    // More only where it counts a FIN captured later, or where this side is forced.
    if (head.acknowledged > other.next) head.acknowledged = other.next;
    this.#deliver(bytes, 0, bytes.length, head);
  }

  /**
   * Declares `[next, end)` missing, and cut pieces right behind it with it: one hole is one gap. `isCut`: these bytes
   * were in the packet of `arrival`.
   */
  #declare(end: number, arrival: Arrival, isCut: boolean): void {
    let holeEnd = end;
    if (this.#held !== undefined) {
      const { pieces } = this.#held;
      for (let head = pieces[0]; head !== undefined && head.bytes === undefined && head.start <= holeEnd; ) {
        if (head.end > holeEnd) holeEnd = head.end;
        this.#held.shift();
        head = pieces[0];
      }
      this.#dropEmpty();
    }
    const length = holeEnd - this.next;
    const { proof } = this.#context;
    proof.timeUs = arrival.timeUs;
    proof.packet = arrival.packet;
    proof.isCut = isCut;
    if (!isCut) this.#lastHole = { start: this.next, end: this.next + length };
    this.#step(length);
    this.#pair.session.gap(this.#fromClient, length, proof);
  }

  #step(length: number): void {
    this.next += length;
    this.nextSequence = sequenceAfter(this.nextSequence, length);
  }

  #dropEmpty(): void {
    if (this.#held?.pieces.length === 0) this.#held = undefined;
  }

  /** Finds out whether the segment that set offset 0 was a keep-alive. */
  #settle(sequence: number): void {
    const distance = sequenceDistance(sequence, this.nextSequence);
    if (distance <= 0) return;
    this.provisional = false;
    if (distance === 1 && this.next === 0) this.nextSequence = sequenceAfter(this.nextSequence, 1);
  }
}
