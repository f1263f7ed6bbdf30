import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CaptureError } from '../capture/capture-error.ts';
import { CaptureFile } from '../capture/capture-file.ts';
import type { CaptureHandler } from '../capture/capture-source.ts';
import { chunkLength } from '../capture/file-chunks.ts';
import { type ByteStream, StreamCapture } from '../capture/stream-capture.ts';
import type { SnifferEvent } from './events.ts';
import type { SnifferOptions } from './options.ts';
import { type RunCounts, Tracker } from './tracker.ts';

/**
 * A capture, pcap or pcapng, gzipped or not: a file's path, its bytes, or a stream of them, as of Node.js or of the web.
 */
export type CaptureInput = string | FileUrl | Uint8Array | AsyncIterable<Uint8Array>;

/** A `URL`, as far as it is needed here: the types of this package need none of Node.js. */
interface FileUrl {
  /** `file:///…` */
  readonly href: string;
}

/** An `AbortSignal`, as far as it is needed here. */
interface StopSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface ReadOptions extends SnifferOptions {
  /** An `AbortSignal` that ends the reading, which rejects with its reason. */
  readonly signal?: StopSignal;
}

/**
 * The reading of a capture, which begins when it is iterated over, or with `run()`; either is for once. It reads on when
 * the events of what was read have been taken, and a loop that is left ends it. It rejects, behind the events of all
 * packets before, with a `CaptureError` where the capture can't be opened or is damaged.
 */
export interface CaptureReading extends AsyncIterable<SnifferEvent> {
  /** Reads to the end, for the listeners alone. */
  run(): Promise<RunCounts>;
  /** What was counted so far. */
  counts(): RunCounts;
}

/**
 * Reads memcached's commands from a capture. Throws a `FilterError` where the filter expression is none.
 *
 *     for await (const event of readCapture('file.pcap')) {
 *       if (event.type === 'command') console.log(event.transaction.command, event.transaction.status);
 *     }
 */
export function readCapture(input: CaptureInput, options: ReadOptions = {}): CaptureReading {
  const tracker = new Tracker(options, false, (events) => events.drained());
  const source = sourceOf(input);
  let hasBegun = false;

  const read = async (): Promise<void> => {
    if (hasBegun) throw new Error('a capture can be read once only');
    hasBegun = true;
    const { signal } = options;
    const stop = (): void => source.stop();
    signal?.throwIfAborted();
    signal?.addEventListener('abort', stop);
    try {
      await source.run(tracker.sniffer);
    } catch (error) {
      // What was read before the damage is told.
      if (error instanceof CaptureError) tracker.end();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    tracker.end();
    signal?.throwIfAborted();
  };

  return {
    async run(): Promise<RunCounts> {
      await read();
      return tracker.counts();
    },
    counts: () => tracker.counts(),
    async *[Symbol.asyncIterator](): AsyncGenerator<SnifferEvent, void, undefined> {
      const { events } = tracker;
      const taken = events.take();
      const reading = read().then(
        () => events.end(),
        (reason) => events.end({ reason }),
      );
      try {
        yield* taken;
      } finally {
        source.stop();
        events.end();
        await reading;
      }
    },
  };
}

interface Source {
  run(handler: CaptureHandler): Promise<void>;
  stop(): void;
}

function sourceOf(input: CaptureInput): Source {
  if (typeof input === 'string' || 'href' in input) {
    const path = typeof input === 'string' ? input : fileURLToPath(input.href);
    // Of the command line it is standard input.
    return new CaptureFile(path === '-' ? './-' : path);
  }
  const capture = new StreamCapture();
  const stream = streamOf(input instanceof Uint8Array ? [input] : input);
  return { run: (handler) => capture.run(stream, handler), stop: () => capture.stop() };
}

function streamOf(input: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): ByteStream {
  const pieces = new Pieces(input);
  return {
    [Symbol.asyncIterator]: () => pieces.take(),
    destroy: () => pieces.stop(),
  };
}

/** The bytes of a stream, so many at a time that what waits to be taken stays little; others have their turn between. */
class Pieces {
  readonly #input: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  #hasStopped = false;
  #wake: (() => void) | undefined;

  constructor(input: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
    this.#input = input;
  }

  /** Takes no more, and does not wait for a stream that is silent. */
  stop(): void {
    this.#hasStopped = true;
    this.#wake?.();
    const input = this.#input;
    if ('destroy' in input && typeof input.destroy === 'function') input.destroy();
  }

  async *take(): AsyncGenerator<Buffer, void, undefined> {
    const input = this.#input;
    const iterator = Symbol.asyncIterator in input ? input[Symbol.asyncIterator]() : input[Symbol.iterator]();
    try {
      for (let next = await this.#next(iterator); next?.done === false; next = await this.#next(iterator)) {
        const { buffer, byteOffset, byteLength } = next.value;
        for (let at = 0; at < byteLength && !this.#hasStopped; at += chunkLength) {
          yield Buffer.from(buffer, byteOffset + at, Math.min(chunkLength, byteLength - at));
          if (byteLength > chunkLength) await setImmediate();
        }
      }
    } finally {
      // A stream that is silent answers this when it has said its next, or never.
      Promise.resolve(iterator.return?.()).catch(() => undefined);
    }
  }

  /** Undefined after `stop()`. */
  #next(
    iterator: Iterator<Uint8Array> | AsyncIterator<Uint8Array>,
  ): Promise<IteratorResult<Uint8Array> | undefined> | undefined {
    if (this.#hasStopped) return undefined;
    return new Promise((resolve, reject) => {
      this.#wake = () => resolve(undefined);
      Promise.resolve(iterator.next()).then(resolve, reject);
    });
  }
}
