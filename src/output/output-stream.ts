import type { Writable } from 'node:stream';
import { ByteWriter } from '../byte-writer.ts';

/** Bytes collected before they are handed to the stream. */
const batchLength = 64 * 1024;

/**
 * Standard output, in large pieces. Text is collected in `text` and handed on by `flush`; while the stream has not
 * taken it, `drained` says when to go on, so that a slow reader slows the reading of a file down and memory stays
 * bounded.
 */
export class OutputStream {
  readonly text = new ByteWriter(2 * batchLength);
  /** Bytes that the reader did not take before it was given up. The last piece counts as a whole. */
  abandonedBytes = 0;
  readonly #stream: Writable;
  readonly #spare: Buffer[] = [];
  #isClosed = false;
  #isAbandoned = false;
  /** Settles at the stream's next `drain`; undefined where nobody waits for that. */
  #drain: Promise<void> | undefined;
  #piecesTaken = 0;
  #onAbandoned: (() => void) | undefined;

  /** `onClosed` is called once when the reader has gone, or the stream fails, with the error. */
  constructor(stream: Writable, onClosed: (error: Error) => void) {
    this.#stream = stream;
    stream.on('error', (error) => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      stream.emit('drain');
      onClosed(error);
    });
  }

  /** True after `abandon` while the stream still holds what nobody takes: only the end of the process ends that. */
  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /** Hands on what is there, if it is enough to be worth it. */
  flushIfFull(): void {
    if (this.text.length >= batchLength) this.flush();
  }

  /** Hands on what is there. The buffer goes to the stream; another one takes its place until it comes back. */
  flush(): void {
    const { text } = this;
    if (text.length === 0) return;
    if (this.#isClosed) {
      if (this.#isAbandoned) this.abandonedBytes += text.length;
      text.clear();
      return;
    }
    const { length } = text;
    const full = text.exchange(this.#spare.pop() ?? Buffer.allocUnsafe(2 * batchLength));
    this.#stream.write(full.subarray(0, length), () => {
      this.#piecesTaken++;
      this.#spare.push(full);
    });
  }

  /** Settles when the stream has taken what it was given; undefined where there is nothing to wait for. */
  drained(): Promise<void> | undefined {
    if (this.#isClosed || !this.#stream.writableNeedDrain) return undefined;
    // One for all who ask: where each packet is flushed by itself, these are many.
    this.#drain ??= new Promise((resolve) =>
      this.#stream.once('drain', () => {
        this.#drain = undefined;
        resolve();
      }),
    );
    return this.#drain;
  }

  /** Settles when everything was taken, or the reader has gone or is given up. */
  async finish(): Promise<void> {
    this.flush();
    if (this.#isClosed) return;
    // The callbacks come in order, so this one when it is known what became of the last piece.
    await new Promise<void>((resolve) => {
      this.#onAbandoned = resolve;
      this.#stream.write('', () => resolve());
    });
  }

  /** Gives the reader up where it has taken nothing for as many milliseconds, from now until the end of the run. */
  abandonWhenStalled(milliseconds: number): void {
    let taken = this.#piecesTaken;
    const timer = setInterval(() => {
      if (this.#isClosed) clearInterval(timer);
      else if (this.#piecesTaken === taken) this.abandon();
      taken = this.#piecesTaken;
    }, milliseconds);
    timer.unref();
  }

  /**
   * Waits for the reader no more where it has not taken everything: what it left, and what would follow, is counted.
   */
  abandon(): void {
    if (this.#isClosed || this.#stream.writableLength === 0) return;
    this.#isClosed = true;
    this.#isAbandoned = true;
    this.abandonedBytes += this.#stream.writableLength;
    this.#stream.emit('drain');
    this.#onAbandoned?.();
  }
}
