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
  readonly #stream: Writable;
  readonly #spare: Buffer[] = [];
  #isClosed = false;
  #wantsDrain = false;

  /** `onClosed` is called once when the reader has gone, or the stream fails, with the error. */
  constructor(stream: Writable, onClosed: (error: NodeJS.ErrnoException) => void) {
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      stream.emit('drain');
      onClosed(error);
    });
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
      text.clear();
      return;
    }
    const { length } = text;
    const full = text.exchange(this.#spare.pop() ?? Buffer.allocUnsafe(2 * batchLength));
    if (!this.#stream.write(full.subarray(0, length), () => this.#spare.push(full))) this.#wantsDrain = true;
  }

  /** Settles when the stream has taken what it was given; undefined where there is nothing to wait for. */
  drained(): Promise<void> | undefined {
    if (!this.#wantsDrain || this.#isClosed) return undefined;
    this.#wantsDrain = false;
    if (!this.#stream.writableNeedDrain) return undefined;
    return new Promise((resolve) => this.#stream.once('drain', resolve));
  }

  /** Settles when everything was taken, or the reader has gone. */
  async finish(): Promise<void> {
    this.flush();
    if (this.#isClosed || this.#stream.writableLength === 0) return;
    await new Promise<void>((resolve) => {
      this.#stream.once('error', () => resolve());
      this.#stream.write('', () => resolve());
    });
  }
}
