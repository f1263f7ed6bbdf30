import { createReadStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { CaptureError } from './capture-error.ts';
import type { CaptureHandler, CaptureSource, CaptureStatistics } from './capture-source.ts';
import { StreamCapture } from './stream-capture.ts';

/** Large enough that the cost of a read is lost in the cost of its packets, small enough for the cache. */
const chunkLength = 256 * 1024;

const standardInput = '-';

/** Reads packets from a capture file, or from standard input for `-`. */
export class CaptureFile implements CaptureSource {
  readonly name: string;
  readonly size: number;
  readonly #open: () => Readable;
  readonly #capture = new StreamCapture();

  constructor(path: string, open: () => Readable = () => openInput(path)) {
    this.name = path === standardInput ? 'standard input' : path;
    this.size = path === standardInput ? -1 : fileSize(path);
    this.#open = open;
  }

  async run(handler: CaptureHandler): Promise<void> {
    if (this.#capture.stopped) return;
    try {
      await this.#capture.run(this.#open(), handler);
    } catch (error) {
      throw error instanceof CaptureError ? error.in(this.name) : error;
    }
  }

  stop(): void {
    this.#capture.stop();
  }

  interrupt(): void {
    this.stop();
  }

  statistics(): CaptureStatistics {
    return {};
  }
}

/** Bytes of a regular file, else -1. What can't be looked at is said when it is opened. */
function fileSize(path: string): number {
  try {
    const stat = statSync(path);
    return stat.isFile() ? stat.size : -1;
  } catch {
    return -1;
  }
}

function openInput(path: string): Readable {
  return path === standardInput ? process.stdin : createReadStream(path, { highWaterMark: chunkLength });
}
