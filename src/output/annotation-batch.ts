import { ByteWriter } from '../byte-writer.ts';
import type { Annotation } from './annotation.ts';

const mostPackets = 4096;
/** What the annotations of a batch take; more where one packet needs it. */
const initialBytes = 512 * 1024;

/** In place of an annotation's length: the packet is not printed. */
export const notPrinted = -1;

/** What is said of packets one after the other, for another thread, in memory that both threads see. */
export interface AnnotationBatch {
  /** How many packets it is about. */
  readonly count: number;
  /** The length of each one's annotation in bytes, or `notPrinted`; Int32. */
  readonly lengths: SharedArrayBuffer;
  /** The annotations, one behind the other. */
  readonly text: SharedArrayBuffer;
}

/** Fills one batch after the other. */
export class AnnotationBatchWriter {
  #lengths = new Int32Array(new SharedArrayBuffer(mostPackets * Int32Array.BYTES_PER_ELEMENT));
  readonly #text = new ByteWriter(0);
  #count = 0;
  /** Batches that were read: their memory is used again. */
  readonly #spare: AnnotationBatch[] = [];

  constructor() {
    this.#text.exchange(sharedBuffer(initialBytes));
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  get isFull(): boolean {
    return this.#count === mostPackets;
  }

  /** Takes back a batch that was read. */
  giveBack(batch: AnnotationBatch): void {
    this.#spare.push(batch);
  }

  /** Of the next packet. */
  add(annotation: Annotation | undefined): void {
    const start = this.#text.length;
    annotation?.appendTo(this.#text);
    this.#lengths[this.#count++] = this.#text.length - start;
  }

  /** The next packet is not printed. */
  pass(): void {
    this.#lengths[this.#count++] = notPrinted;
  }

  /** The batch as it is; the next one begins in memory that was given back, or in new. */
  take(): AnnotationBatch {
    const { length } = this.#text;
    const spare = this.#spare.pop();
    const text = this.#text.exchange(spare ? Buffer.from(spare.text) : sharedBuffer(initialBytes));
    const batch: AnnotationBatch = {
      count: this.#count,
      lengths: this.#lengths.buffer as SharedArrayBuffer,
      text: sharedMemoryOf(text, length),
    };
    this.#lengths = new Int32Array(spare?.lengths ?? new SharedArrayBuffer(mostPackets * Int32Array.BYTES_PER_ELEMENT));
    this.#count = 0;
    return batch;
  }
}

/** A buffer in memory that threads can share. */
function sharedBuffer(length: number): Buffer {
  return Buffer.from(new SharedArrayBuffer(length));
}

/** The shared memory in which `bytes[0, length)` lie: where a writer outgrew it, copied into new. */
export function sharedMemoryOf(bytes: Buffer, length: number): SharedArrayBuffer {
  const memory: unknown = bytes.buffer;
  if (memory instanceof SharedArrayBuffer) return memory;
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes.subarray(0, length));
  return shared;
}
