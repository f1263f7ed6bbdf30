import type { Holder, MemoryBudget } from '../memory-budget.ts';
import type { Arrival } from '../protocol.ts';

/** Bookkeeping that one held piece costs beside its bytes, as far as the total budget is concerned. */
const pieceOverhead = 448;

/** A piece of a stream that came out of order. It is an `Arrival`: that of the packet which brought it. */
export interface HeldPiece extends Arrival {
  /** Stream offset of its first byte. */
  start: number;
  /** Stream offset after its last byte. */
  end: number;
  /** A copy of its bytes; undefined where the snapshot length cut them off. */
  bytes: Buffer | undefined;
}

/**
 * The pieces of one direction that wait for a hole before them to be filled, sorted and without overlap.
 * Bytes captured first win; bytes win over pieces that the snapshot length cut.
 */
export class HeldSegments implements Holder {
  readonly pieces: HeldPiece[] = [];
  bytes = 0;
  heldBytes = 0;
  older: this | undefined = undefined;
  newer: this | undefined = undefined;
  /** Declares the hole before the first piece missing, so that pieces can be passed on: memory is short. */
  readonly giveUp: (arrival: Arrival) => void;
  readonly #budget: MemoryBudget<HeldSegments>;

  constructor(budget: MemoryBudget<HeldSegments>, giveUp: (arrival: Arrival) => void) {
    this.#budget = budget;
    this.giveUp = giveUp;
  }

  /**
   * Keeps `[start, end)` as far as it is not held yet; `source` is undefined for bytes that were cut off, else it
   * holds the bytes from `at`. Returns false where held bytes contradict the new ones.
   */
  insert(start: number, end: number, source: Buffer | undefined, at: number, arrival: Arrival): boolean {
    let index = this.#firstEndingAfter(start);
    let position = start;
    let agrees = true;
    while (position < end) {
      const piece = this.pieces[index];
      const freeEnd = piece === undefined || piece.start > end ? end : piece.start;
      if (position < freeEnd) {
        this.#add(index++, position, freeEnd, source, at + position - start, arrival);
        position = freeEnd;
        continue;
      }
      const held = piece as HeldPiece;
      const overlapEnd = Math.min(held.end, end);
      if (source !== undefined && held.bytes === undefined) {
        index += this.#cutAway(index, position, overlapEnd);
        continue;
      }
      if (source !== undefined && held.bytes !== undefined) {
        const from = at + position - start;
        const to = from + overlapEnd - position;
        const heldFrom = position - held.start;
        agrees &&= held.bytes.compare(source, from, to, heldFrom, heldFrom + to - from) === 0;
      }
      position = overlapEnd;
      index++;
    }
    return agrees;
  }

  /** Whether all of `[start, end)` is held. */
  covers(start: number, end: number): boolean {
    let position = start;
    for (let index = this.#firstEndingAfter(start); position < end; index++) {
      const piece = this.pieces[index];
      if (piece === undefined || piece.start > position) return false;
      position = piece.end;
    }
    return true;
  }

  /** Removes and returns the first piece. */
  shift(): HeldPiece | undefined {
    const piece = this.pieces.shift();
    if (piece !== undefined) this.#account(piece, -1);
    return piece;
  }

  /** Drops what lies at or after `end`. Returns whether there was any. */
  truncate(end: number): boolean {
    let last = this.pieces.at(-1);
    if (last === undefined || last.end <= end) return false;
    for (; last !== undefined && last.end > end; last = this.pieces.at(-1)) {
      this.#account(last, -1);
      this.pieces.pop();
      if (last.start < end) {
        last.bytes = last.bytes?.subarray(0, end - last.start);
        last.end = end;
        this.pieces.push(last);
        this.#account(last, 1);
      }
    }
    return true;
  }

  clear(): void {
    while (this.shift() !== undefined);
  }

  #add(index: number, start: number, end: number, source: Buffer | undefined, at: number, arrival: Arrival): void {
    let bytes: Buffer | undefined;
    if (source !== undefined) {
      // Memory of its own: a slice of a pooled buffer would keep the whole pool alive.
      bytes = Buffer.allocUnsafeSlow(end - start);
      source.copy(bytes, 0, at, at + end - start);
    }
    const { timeUs, packet, acknowledged } = arrival;
    const piece: HeldPiece = { start, end, bytes, timeUs, packet, acknowledged };
    this.pieces.splice(index, 0, piece);
    this.#account(piece, 1);
  }

  /**
   * Makes room for `[start, end)`, which lies in the piece at `index`, and leaves what is before and after it.
   * Returns how many pieces now lie before the room.
   */
  #cutAway(index: number, start: number, end: number): 0 | 1 {
    const piece = this.pieces[index] as HeldPiece;
    this.#account(piece, -1);
    const rest: HeldPiece[] = [];
    if (piece.start < start) rest.push({ ...piece, end: start });
    if (end < piece.end) rest.push({ ...piece, start: end });
    this.pieces.splice(index, 1, ...rest);
    for (const part of rest) this.#account(part, 1);
    return piece.start < start ? 1 : 0;
  }

  #firstEndingAfter(offset: number): number {
    let low = 0;
    let high = this.pieces.length;
    // Most pieces come in order behind the hole.
    if (high === 0 || (this.pieces[high - 1] as HeldPiece).end <= offset) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.pieces[middle] as HeldPiece).end > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #account(piece: HeldPiece, sign: 1 | -1): void {
    const size = piece.bytes === undefined ? 0 : piece.bytes.length;
    this.bytes += sign * size;
    this.#budget.hold(this, sign * (size + pieceOverhead));
  }
}
