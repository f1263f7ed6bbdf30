/** A piece of a stream: what was captured, and what is saved in its place, zeros where nothing is known of it. */
interface Piece {
  readonly image: StreamImage;
  readonly start: number;
  readonly bytes: Buffer;
  readonly saved: Buffer;
}

/** What a piece costs beside its bytes, halved as they are counted once. */
const pieceOverhead = 256;

/** Pieces of all streams, the oldest first; of more bytes than a limit the oldest are let go. */
export class ImageMemory {
  readonly #limit: number;
  readonly #pieces = new Set<Piece>();
  #held = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(piece: Piece): void {
    this.#pieces.add(piece);
    this.#held += piece.bytes.length + pieceOverhead;
    for (const oldest of this.#pieces) {
      if (this.#held <= this.#limit) break;
      this.#pieces.delete(oldest);
      this.#held -= oldest.bytes.length + pieceOverhead;
      oldest.image.letGoOf(oldest);
    }
  }
}

/** Bytes in a row that were captured of a range, `[from, to)`. */
interface Run {
  readonly from: number;
  readonly to: number;
}

/** One direction of a connection as it is saved. Offsets are those of the stream. */
export class StreamImage {
  readonly #memory: ImageMemory;
  #pieces: Piece[] = [];
  /** What is decided, in order, `[from, to)`, without gaps between those that touch. */
  readonly #decided: { from: number; to: number }[] = [];
  /** Offset of the next byte. */
  end = 0;
  /** Nothing more will be decided. */
  isOver = false;

  constructor(memory: ImageMemory) {
    this.#memory = memory;
  }

  append(bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    const both = Buffer.allocUnsafe(2 * length);
    bytes.copy(both, 0, start, end);
    both.fill(0, length);
    const piece = { image: this, start: this.end, bytes: both.subarray(0, length), saved: both.subarray(length) };
    this.#pieces.push(piece);
    this.end += length;
    this.#memory.add(piece);
  }

  /** So many bytes were never captured. */
  skip(length: number): void {
    this.#decide(this.end, this.end + length);
    this.end += length;
  }

  letGoOf(piece: Piece): void {
    if (this.#pieces[0] === piece) this.#pieces.shift();
    else this.#pieces = this.#pieces.filter((other) => other !== piece);
  }

  /** What is held of a range: its runs, and a copy of them. */
  read(from: number, to: number): { readonly bytes: Buffer; readonly runs: readonly Run[] } {
    const bytes = Buffer.alloc(Math.max(0, to - from));
    const runs: { from: number; to: number }[] = [];
    for (const piece of this.#piecesOf(from, to)) {
      const first = Math.max(from, piece.start);
      const last = Math.min(to, piece.start + piece.bytes.length);
      piece.bytes.copy(bytes, first - from, first - piece.start, last - piece.start);
      const run = runs.at(-1);
      if (run?.to === first - from) run.to = last - from;
      else runs.push({ from: first - from, to: last - from });
    }
    return { bytes, runs };
  }

  /** Decides what is saved from `from` on. */
  write(from: number, bytes: Uint8Array): void {
    const to = from + bytes.length;
    for (const piece of this.#piecesOf(from, to)) {
      const first = Math.max(from, piece.start);
      const last = Math.min(to, piece.start + piece.bytes.length);
      piece.saved.set(bytes.subarray(first - from, last - from), first - piece.start);
    }
    this.#decide(from, to);
  }

  isDecided(from: number, to: number): boolean {
    if (this.isOver || from >= to) return true;
    // Nearly always it is of what came last.
    for (let index = this.#decided.length - 1; index >= 0; index--) {
      const range = this.#decided[index] as Run;
      if (range.from <= from) return range.to >= to;
    }
    return false;
  }

  /** The first undecided bytes at or behind an offset, and before another one; undefined where there are none. */
  undecided(from: number, to: number): Run | undefined {
    let first = from;
    for (const range of this.#decided) {
      if (range.to <= first) continue;
      if (range.from > first) return first < to ? { from: first, to: Math.min(to, range.from) } : undefined;
      first = range.to;
    }
    return first < to ? { from: first, to } : undefined;
  }

  /** Copies what is saved of `[from, to)` to `target` from `at` on, where zeros are. */
  copy(from: number, to: number, target: Buffer, at: number): void {
    for (const piece of this.#piecesOf(from, to)) {
      const first = Math.max(from, piece.start);
      const last = Math.min(to, piece.start + piece.saved.length);
      piece.saved.copy(target, at + first - from, first - piece.start, last - piece.start);
    }
  }

  *#piecesOf(from: number, to: number): Iterable<Piece> {
    const pieces = this.#pieces;
    let low = 0;
    let high = pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { start, bytes } = pieces[middle] as Piece;
      if (start + bytes.length <= from) low = middle + 1;
      else high = middle;
    }
    for (let index = low; index < pieces.length; index++) {
      const piece = pieces[index] as Piece;
      if (piece.start >= to) return;
      yield piece;
    }
  }

  #decide(from: number, to: number): void {
    if (from >= to) return;
    const ranges = this.#decided;
    let index = ranges.length;
    while (index > 0 && (ranges[index - 1] as Run).to >= from) index--;
    let behind = index;
    const merged = { from, to };
    while (behind < ranges.length && (ranges[behind] as Run).from <= to) {
      const range = ranges[behind++] as Run;
      merged.from = Math.min(merged.from, range.from);
      merged.to = Math.max(merged.to, range.to);
    }
    ranges.splice(index, behind - index, merged);
    // What lies so far back is asked for no more.
    if (ranges.length > mostRanges) ranges.splice(0, 2, { from: 0, to: (ranges[1] as Run).to });
  }
}

/** Ranges that are told apart. */
const mostRanges = 1024;
