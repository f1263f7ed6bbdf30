import { createGunzip } from 'node:zlib';
import { errorCode } from '../system-error.ts';
import { CaptureError } from './capture-error.ts';

/** Compressed bytes given to zlib at a time: bounds what a bomb can make of one step to about 16 MiB. */
const stepLength = 16 * 1024;

/**
 * Decompresses gzip, several members too, as it comes. All that could be decompressed before damage is handed on; then
 * a `CaptureError` is thrown.
 *
 * Of the step that it fails at, zlib gives nothing, although most of it may be right. So a second one follows one step
 * behind, and where the first one has failed, it takes that step byte by byte.
 */
export async function* gunzip(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const ahead = new Inflater();
  const behind = new Inflater();
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += stepLength) {
        const step = chunk.subarray(at, at + stepLength);
        const inflated = await ahead.write(step);
        if (ahead.failure === undefined) {
          const follows = behind.write(step);
          yield* inflated;
          await follows;
        } else {
          yield* inflateByteByByte(behind, step);
          throw damaged(behind);
        }
      }
    }
    yield* await ahead.end();
    if (ahead.failure !== undefined) throw damaged(ahead);
  } finally {
    ahead.destroy();
    behind.destroy();
  }
}

async function* inflateByteByByte(inflater: Inflater, step: Buffer): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < step.length && inflater.failure === undefined; at++) {
    yield* await inflater.write(step.subarray(at, at + 1));
  }
}

function damaged({ failure, taken }: Inflater): CaptureError {
  if (errorCode(failure) === 'Z_BUF_ERROR')
    return new CaptureError(`the gzip data ends in the middle, after ${taken} compressed bytes`);
  return new CaptureError(`the gzip data is damaged near compressed byte ${taken}: ${failure?.message}`);
}

/** zlib, one piece of compressed bytes after the other. */
class Inflater {
  /** Set once it can't go on. */
  failure: Error | undefined;
  /** Compressed bytes up to there. */
  taken = 0;
  readonly #stream = createGunzip();
  #ready: Buffer[] = [];
  #wake = (): void => {};

  constructor() {
    this.#stream.on('data', (chunk: Buffer) => this.#ready.push(chunk));
    this.#stream.on('error', (error) => {
      this.failure = error;
    });
    // The one event that always comes: after an error, whenever that was, neither a write nor the end calls back.
    this.#stream.once('close', () => this.#wake());
  }

  /** Settles with what the bytes became, as far as zlib gives it. */
  async write(bytes: Buffer): Promise<Buffer[]> {
    await this.#settled((done) => void this.#stream.write(bytes, () => done()));
    if (this.failure === undefined) this.taken += bytes.length;
    return this.#take();
  }

  /** There are no more bytes. */
  async end(): Promise<Buffer[]> {
    await this.#settled(() => void this.#stream.end());
    return this.#take();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  #take(): Buffer[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  #settled(start: (done: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stream.closed) return resolve();
      this.#wake = resolve;
      start(resolve);
    });
  }
}
