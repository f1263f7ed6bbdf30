/** How one file format's records are told apart. */
export interface RecordFormat {
  /** Bytes that `measure` reads. May change from record to record. */
  readonly headerLength: number;
  /** Length in bytes of the record that begins at `at`, header included; at least `headerLength`. Throws on damage. */
  measure(bytes: Buffer, at: number): number;
  /** Takes one whole record. */
  record(bytes: Buffer, at: number, end: number): void;
}

const initialCarry = 4096;

const nothing: Buffer = Buffer.alloc(0);

/**
 * Cuts chunks of a byte stream into records. A record that lies in one chunk is handed over in place; only one that
 * straddles chunks is copied, into a carry buffer that grows with the bytes that arrived, not with the length claimed.
 * The bytes of a record are never written again, so who takes one may keep it.
 */
export class RecordCutter {
  /** Offset of the record being cut, from the start of the stream. */
  offset = 0;
  /** Set to stop between two records; the rest is ignored. */
  stopped = false;
  #chunk = nothing;
  #at = 0;
  #carry = nothing;
  #carried = 0;

  /** Bytes of an unfinished record. */
  get pending(): number {
    return this.#carried;
  }

  /** Length that the unfinished record has as a whole, as far as it can be told. */
  expected(format: RecordFormat): number {
    return this.#carried < format.headerLength ? format.headerLength : format.measure(this.#carry, 0);
  }

  /** Takes the next chunk; all records of the one before have been handed over. */
  feed(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** Hands over the next record; false where that takes another chunk, or after a stop. */
  next(format: RecordFormat): boolean {
    if (this.stopped) return false;
    if (this.#carried > 0) return this.#complete(format);
    const chunk = this.#chunk;
    const at = this.#at;
    const left = chunk.length - at;
    const length = left < format.headerLength ? left + 1 : format.measure(chunk, at);
    if (left < length) {
      this.#keep(chunk.length);
      return false;
    }
    this.#at = at + length;
    format.record(chunk, at, at + length);
    this.offset += length;
    return true;
  }

  /** Has whole records taken out of the chunk, from the first that is not handed over; `take` returns where it stopped. */
  skip(take: (bytes: Buffer, at: number) => number): void {
    if (this.stopped || this.#carried > 0 || this.#at === this.#chunk.length) return;
    const at = take(this.#chunk, this.#at);
    this.offset += at - this.#at;
    this.#at = at;
  }

  /** Fills the carried record from the chunk and hands it over. */
  #complete(format: RecordFormat): boolean {
    for (;;) {
      const needed = this.expected(format);
      if (this.#carried >= needed) {
        const record = this.#carry;
        this.#carry = nothing;
        this.#carried = 0;
        format.record(record, 0, needed);
        this.offset += needed;
        return true;
      }
      const end = Math.min(this.#chunk.length, this.#at + needed - this.#carried);
      if (end === this.#at) return false;
      this.#keep(end);
    }
  }

  /** Carries what the chunk has up to `end`. */
  #keep(end: number): void {
    const start = this.#at;
    const length = this.#carried + end - start;
    if (length > this.#carry.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, this.#carry.length * 2, initialCarry));
      this.#carry.copy(larger, 0, 0, this.#carried);
      this.#carry = larger;
    }
    this.#chunk.copy(this.#carry, this.#carried, start, end);
    this.#carried = length;
    this.#at = end;
  }
}
