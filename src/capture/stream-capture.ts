import { systemErrorText } from '../system-error.ts';
import { CaptureError } from './capture-error.ts';
import { type CaptureReader, readChunk } from './capture-reader.ts';
import type { CaptureHandler } from './capture-source.ts';
import { isGzip, magicLength, readerFor } from './detect.ts';
import { gunzip } from './gunzip.ts';

/** What delivers the bytes of a capture: a stream of Node.js, or a file. */
export interface ByteStream extends AsyncIterable<Buffer> {
  /** Delivers no more. */
  destroy(): void;
}

/** Reads a capture of any format from a byte stream, one chunk after the other. Files and capture children share it. */
export class StreamCapture {
  #input: ByteStream | undefined;
  #reader: CaptureReader | undefined;
  #stopped = false;

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Hands over packets until the stream ends or `stop()` is called. Rejects with a `CaptureError` on damage. */
  async run(input: ByteStream, handler: CaptureHandler): Promise<void> {
    this.#input = input;
    try {
      await this.#read(decompressed(chunksOf(input)), handler);
    } finally {
      input.destroy();
    }
  }

  /** Hands over no more packets. A read that waits for a silent pipe is given up. */
  stop(): void {
    this.#stopped = true;
    this.#reader?.stop();
    this.#input?.destroy();
  }

  async #read(chunks: AsyncIterable<Buffer>, handler: CaptureHandler): Promise<void> {
    let first: Buffer = Buffer.alloc(0);
    try {
      for await (const next of chunks) {
        if (this.#stopped) return;
        let chunk = next;
        if (this.#reader === undefined) {
          // A pipe may deliver byte by byte.
          if (first.length > 0) chunk = Buffer.concat([first, chunk]);
          if (chunk.length < magicLength) {
            first = chunk;
            continue;
          }
          this.#reader = readerFor(chunk, handler);
        }
        readChunk(this.#reader, chunk);
        const wait = handler.afterChunk();
        if (wait !== undefined) await wait;
        if (this.#stopped) return;
      }
    } catch (error) {
      // A stream that was destroyed on purpose complains of it.
      if (this.#stopped && error instanceof CaptureError && error.source === undefined) return;
      throw error instanceof CaptureError && this.#reader !== undefined ? error.at(this.#reader.place) : error;
    }
    if (this.#stopped) return;
    this.#reader ??= readerFor(first, handler);
    this.#reader.end();
  }
}

/** The chunks themselves, or what they hold where they are gzipped. */
async function* decompressed(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    let first: Buffer = Buffer.alloc(0);
    while (first.length < 2) {
      const next = await iterator.next();
      if (next.done === true) break;
      first = first.length === 0 ? next.value : Buffer.concat([first, next.value]);
    }
    const whole = prepend(first, iterator);
    yield* isGzip(first) ? gunzip(whole) : whole;
  } finally {
    await iterator.return?.(undefined);
  }
}

async function* prepend(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  if (first.length > 0) yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

async function* chunksOf(input: ByteStream): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const chunk of input) yield chunk;
  } catch (error) {
    throw new CaptureError(systemErrorText(error));
  }
}
