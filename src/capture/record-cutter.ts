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

  push(chunk: Buffer, format: RecordFormat): void {
    let at = this.#carried === 0 ? 0 : this.#complete(chunk, format);
    while (!this.stopped) {
      const left = chunk.length - at;
      if (left < format.headerLength) break;
      const length = format.measure(chunk, at);
      if (left < length) break;
      format.record(chunk, at, at + length);
      at += length;
      this.offset += length;
    }
    if (!this.stopped && at < chunk.length) this.#keep(chunk, at, chunk.length);
  }

  /** Fills the carried record from the chunk and hands it over. Returns the offset after it. */
  #complete(chunk: Buffer, format: RecordFormat): number {
    let at = 0;
    while (!this.stopped) {
      const needed = this.expected(format);
      if (this.#carried >= needed) {
        const record = this.#carry;
        this.#carry = nothing;
        this.#carried = 0;
        format.record(record, 0, needed);
        this.offset += needed;
        return at;
      }
      const end = Math.min(chunk.length, at + needed - this.#carried);
      if (end === at) break;
      this.#keep(chunk, at, end);
      at = end;
    }
    return chunk.length;
  }

  #keep(chunk: Buffer, start: number, end: number): void {
    const length = this.#carried + end - start;
    if (length > this.#carry.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, this.#carry.length * 2, initialCarry));
      this.#carry.copy(larger, 0, 0, this.#carried);
      this.#carry = larger;
    }
    chunk.copy(this.#carry, this.#carried, start, end);
    this.#carried = length;
  }
}
