import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { systemErrorText } from '../system-error.ts';
import { CaptureError } from './capture-error.ts';
import type { CaptureHandler, CaptureSource, CaptureStatistics } from './capture-source.ts';
import { isGzip, magicLength } from './detect.ts';
import { FileChunks } from './file-chunks.ts';
import { type ByteStream, StreamCapture } from './stream-capture.ts';

const standardInput = '-';

/** Reads packets from a capture file, or from standard input for `-`. */
export class CaptureFile implements CaptureSource {
  readonly name: string;
  readonly size: number;
  readonly #openInput: () => ByteStream;
  readonly #capture = new StreamCapture();
  #input: ByteStream | undefined;

  constructor(path: string, open?: () => ByteStream) {
    this.name = path === standardInput ? 'standard input' : path;
    this.size = path === standardInput ? -1 : fileSize(path);
    this.#openInput = open ?? (() => openInput(path, this.size >= 0));
  }

  get position(): number {
    return this.#input instanceof FileChunks ? this.#input.position : 0;
  }

  recycle(buffer: Buffer): void {
    if (this.#input instanceof FileChunks) this.#input.recycle(buffer);
  }

  open(): void {
    try {
      this.#input = this.#openInput();
    } catch (error) {
      throw new CaptureError(systemErrorText(error), { source: this.name });
    }
  }

  async run(handler: CaptureHandler): Promise<void> {
    if (this.#capture.stopped) {
      this.#input?.destroy();
      return;
    }
    if (this.#input === undefined) this.open();
    try {
      await this.#capture.run(this.#input as ByteStream, handler);
    } catch (error) {
      throw error instanceof CaptureError ? error.in(this.name) : error;
    }
  }

  openAgain(): number | undefined {
    if (this.size < magicLength) return undefined;
    const start = Buffer.alloc(magicLength);
    try {
      const descriptor = openSync(this.name, 'r');
      readSync(descriptor, start, 0, magicLength, 0);
      if (!isGzip(start)) return descriptor;
      closeSync(descriptor);
    } catch {
      // What is wrong is said where the capture itself is opened or read.
    }
    return undefined;
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

  async askStatistics(): Promise<void> {}
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

function openInput(path: string, isRegularFile: boolean): ByteStream {
  if (path === standardInput) return process.stdin;
  // Opened at once, while the rights are there that it may take.
  const descriptor = openSync(path, 'r');
  return isRegularFile ? new FileChunks(descriptor) : createReadStream(path, { fd: descriptor });
}
