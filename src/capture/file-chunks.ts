import { closeSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

/**
 * Large enough that the cost of a read is lost in the cost of its packets, small enough that they are still in the
 * processor's cache when they are looked at: a chunk of half the size, or of twice, took half as long again for each
 * byte.
 */
export const chunkLength = 64 * 1024;

/** Chunks that are kept for later at most. */
const mostSpare = 32;

/** Chunks between which signals, threads and the reader of the output have their turn. */
const chunksPerTurn = 4;

/**
 * The bytes of a file on disk, one chunk after the other, each in memory of its own, or in one that was given back. They are read while the program
 * waits: through a stream of Node.js, which has another thread read them, each byte took at least twice as long.
 */
export class FileChunks implements AsyncIterable<Buffer> {
  /** Bytes that were read. */
  position = 0;
  #descriptor: number | undefined;
  readonly #spare: Buffer[] = [];

  /** The descriptor is closed when all is read, when no more is asked for, or with `destroy()`. */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (let chunks = 1; this.#descriptor !== undefined; chunks++) {
        const chunk = this.#spare.pop() ?? Buffer.allocUnsafeSlow(chunkLength);
        const length = readSync(this.#descriptor, chunk, 0, chunkLength, null);
        if (length === 0) return;
        this.position += length;
        yield length === chunkLength ? chunk : chunk.subarray(0, length);
        if (chunks % chunksPerTurn === 0) await setImmediate();
      }
    } finally {
      this.destroy();
    }
  }

  /** Takes back a chunk that nobody looks at any more. */
  recycle(chunk: Buffer): void {
    if (chunk.length === chunkLength && this.#spare.length < mostSpare) this.#spare.push(chunk);
  }

  destroy(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
