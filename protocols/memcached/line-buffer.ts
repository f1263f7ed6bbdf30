import { type SessionMemory, Unfinished } from '../session-memory.ts';

/** What a buffer costs beside its bytes. */
const bufferOverhead = 256;

const nothing = Buffer.alloc(0);

/**
 * The start of a line or head whose end has not come yet, copied because the packet that brought it is only borrowed.
 * It exists only as long as there is such a start, so that a connection that idles holds nothing.
 */
export class LineBuffer extends Unfinished {
  bytes: Buffer = nothing;
  length = 0;
  readonly #memory: SessionMemory;

  /** `giveUp` is called where all connections hold too much, or this alone does; it has to `free` the buffer. */
  constructor(memory: SessionMemory, giveUp: () => void) {
    super(giveUp);
    this.#memory = memory;
  }

  /** May give up other buffers, or this one. */
  append(source: Buffer, start: number, end: number): void {
    const before = this.bytes.length;
    this.#copy(source, start, end);
    if (this.bytes.length === before) return;
    this.#memory.holdUnfinished(this, this.bytes.length - before + (before === 0 ? bufferOverhead : 0));
  }

  /** Appends the last bytes; they can be read until the next packet. */
  complete(source: Buffer, start: number, end: number): void {
    this.free();
    this.#copy(source, start, end);
  }

  free(): void {
    this.#memory.releaseUnfinished(this);
  }

  #copy(source: Buffer, start: number, end: number): void {
    const needed = this.length + end - start;
    if (needed > this.bytes.length) {
      // Memory of its own: a slice of a pooled buffer would keep the whole pool alive.
      const larger = Buffer.allocUnsafeSlow(Math.max(256, needed * 2));
      this.bytes.copy(larger, 0, 0, this.length);
      this.bytes = larger;
    }
    source.copy(this.bytes, this.length, start, end);
    this.length = needed;
  }
}
