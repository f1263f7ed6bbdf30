import { writeSync } from 'node:fs';
import { errorCode } from '../system-error.ts';

/** Bytes that may wait for the reader: a burst of a busy loopback interface, two seconds long. */
export const mostWaiting = 128 * 1024 * 1024;

/** Milliseconds between two tries to write to a full pipe. */
const retryInterval = 1;

/**
 * Writes to a non-blocking pipe, and keeps what the pipe does not take: during a burst the capture must go on, while
 * the reader works through it later. Where more than `mostWaiting` waits, whoever writes is to pause: then the kernel's
 * buffer takes the pressure, and what that can't hold is lost.
 */
export class PipeBacklog {
  readonly #descriptor: number;
  readonly #onClosed: () => void;
  #waiting: Buffer[] = [];
  #head = 0;
  /** Bytes of the first waiting buffer that are written. */
  #written = 0;
  #bytes = 0;
  /** Milliseconds on the monotonic clock before which a full pipe is not tried again: each try costs an exception. */
  #retryAt = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `onClosed` is called when the reader has gone. */
  constructor(descriptor: number, onClosed: () => void) {
    this.#descriptor = descriptor;
    this.#onClosed = onClosed;
  }

  /** Bytes that the reader has not taken. */
  get waiting(): number {
    return this.#bytes;
  }

  /** Takes `bytes[0, length)`; the buffer may be used again. */
  write(bytes: Buffer, length: number): void {
    if (this.#bytes > 0) this.#drain();
    const taken = this.#bytes === 0 ? this.#tryWrite(bytes, 0, length) : 0;
    if (taken === length) return;
    this.#waiting.push(Buffer.from(bytes.subarray(taken, length)));
    this.#bytes += length - taken;
    this.#timer ??= setInterval(() => this.#drain(), retryInterval);
  }

  /** Blocks until no more than `most` bytes wait. */
  finish(most = 0): void {
    while (this.#bytes > most) if (!this.#drain()) Atomics.wait(sleeper, 0, 0, retryInterval);
  }

  /** Writes what the pipe takes; true if that was anything. */
  #drain(): boolean {
    const before = this.#bytes;
    while (this.#bytes > 0) {
      const first = this.#waiting[this.#head] as Buffer;
      const taken = this.#tryWrite(first, this.#written, first.length);
      this.#bytes -= taken;
      this.#written += taken;
      if (this.#written < first.length) break;
      this.#written = 0;
      this.#waiting[this.#head++] = empty;
    }
    if (this.#bytes === 0 && this.#timer !== undefined) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#waiting = [];
      this.#head = 0;
    }
    return this.#bytes < before;
  }

  /** Writes of `bytes[start, end)` as much as the pipe takes. */
  #tryWrite(bytes: Buffer, start: number, end: number): number {
    let at = start;
    if (performance.now() < this.#retryAt) return 0;
    while (at < end) {
      try {
        at += writeSync(this.#descriptor, bytes, at, end - at);
      } catch (error) {
        if (errorCode(error) === 'EAGAIN') {
          this.#retryAt = performance.now() + retryInterval;
          break;
        }
        this.#onClosed();
        return end - start;
      }
    }
    return at - start;
  }
}

const empty = Buffer.alloc(0);

const sleeper = new Int32Array(new SharedArrayBuffer(4));
