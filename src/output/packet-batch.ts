import { type CapturedPacket, emptyPacket } from '../../protocols/packet.ts';
import { ByteWriter } from '../byte-writer.ts';
import type { Annotation } from './annotation.ts';

/** Numbers that stand for one packet: see `PacketBatchWriter.add` and `readBatch`. */
const fieldCount = 8;

const mostPackets = 4096;
/** What the packets of a chunk take, and what is said of them; more where one packet needs it. */
const initialBytes = 512 * 1024;

/** Packets for another thread, with what is said of each, in memory that both threads see. */
export interface PacketBatch {
  readonly count: number;
  /** Number of the first packet: the others count from it. */
  readonly firstNumber: number;
  readonly fields: SharedArrayBuffer;
  /** The packets' bytes. */
  readonly bytes: SharedArrayBuffer;
  /** Their annotations, one behind the other. */
  readonly annotations: SharedArrayBuffer;
}

/** Fills one batch after the other. */
export class PacketBatchWriter {
  #fields = new Int32Array(new SharedArrayBuffer(fieldCount * mostPackets * 4));
  #bytes = sharedBuffer(initialBytes);
  readonly #annotations = new ByteWriter(0);
  #count = 0;
  #firstNumber = 0;
  #used = 0;
  /** The packets added last lie in this buffer from `#runStart` to `#runEnd`: they are copied as one piece. */
  #run: Uint8Array = nothing;
  #runStart = 0;
  #runEnd = 0;
  /** Batches that were read: their memory is used again. */
  readonly #spare: PacketBatch[] = [];

  constructor() {
    this.#annotations.exchange(sharedBuffer(initialBytes));
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  get isFull(): boolean {
    return this.#count === mostPackets;
  }

  /** Takes back a batch that was read. */
  giveBack(batch: PacketBatch): void {
    this.#spare.push(batch);
  }

  add(packet: CapturedPacket, annotation: Annotation | undefined): void {
    if (packet.bytes !== this.#run || packet.start < this.#runStart) this.#beginRun(packet);
    if (this.#count === 0) this.#firstNumber = packet.number;
    this.#runEnd = packet.end;
    annotation?.appendTo(this.#annotations);
    const fields = this.#fields;
    const at = this.#count * fieldCount;
    const start = this.#used + packet.start - this.#runStart;
    fields[at] = start;
    fields[at + 1] = start + packet.end - packet.start;
    fields[at + 2] = packet.originalLength;
    fields[at + 3] = packet.seconds;
    fields[at + 4] = packet.nanoseconds;
    fields[at + 5] = packet.linkType;
    fields[at + 6] = packet.number - this.#firstNumber;
    fields[at + 7] = this.#annotations.length;
    this.#count++;
  }

  /** The batch as it is; the next one begins in memory that was given back, or in new. */
  take(): PacketBatch {
    this.#endRun();
    const { length } = this.#annotations;
    const spare = this.#spare.pop();
    const annotations = this.#annotations.exchange(spare ? Buffer.from(spare.annotations) : sharedBuffer(initialBytes));
    const batch: PacketBatch = {
      count: this.#count,
      firstNumber: this.#firstNumber,
      fields: this.#fields.buffer as SharedArrayBuffer,
      bytes: this.#bytes.buffer as unknown as SharedArrayBuffer,
      annotations: sharedMemoryOf(annotations, length),
    };
    this.#fields = new Int32Array(spare ? spare.fields : new SharedArrayBuffer(fieldCount * mostPackets * 4));
    this.#bytes = spare ? Buffer.from(spare.bytes) : sharedBuffer(initialBytes);
    this.#count = 0;
    this.#used = 0;
    return batch;
  }

  #beginRun(packet: CapturedPacket): void {
    this.#endRun();
    this.#run = packet.bytes;
    this.#runStart = packet.start;
    this.#runEnd = packet.start;
  }

  #endRun(): void {
    const length = this.#runEnd - this.#runStart;
    if (this.#used + length > this.#bytes.length) {
      const larger = sharedBuffer((this.#used + length) * 2);
      larger.set(this.#bytes.subarray(0, this.#used));
      this.#bytes = larger;
    }
    this.#bytes.set(this.#run.subarray(this.#runStart, this.#runEnd), this.#used);
    this.#used += length;
    this.#run = nothing;
    this.#runStart = 0;
    this.#runEnd = 0;
  }
}

/** Calls `each` for every packet of a batch, with where its annotation lies. The packet object is used again. */
export function readBatch(
  batch: PacketBatch,
  each: (packet: CapturedPacket, annotations: Buffer, from: number, to: number) => void,
): void {
  const fields = new Int32Array(batch.fields);
  const annotations = Buffer.from(batch.annotations);
  const packet = emptyPacket();
  packet.bytes = Buffer.from(batch.bytes);
  let from = 0;
  for (let at = 0; at < batch.count * fieldCount; at += fieldCount) {
    packet.start = fields[at] as number;
    packet.end = fields[at + 1] as number;
    packet.originalLength = (fields[at + 2] as number) >>> 0;
    packet.seconds = (fields[at + 3] as number) >>> 0;
    packet.nanoseconds = fields[at + 4] as number;
    packet.linkType = fields[at + 5] as number;
    packet.number = batch.firstNumber + (fields[at + 6] as number);
    const to = fields[at + 7] as number;
    each(packet, annotations, from, to);
    from = to;
  }
}

/** A buffer in memory that threads can share. */
export function sharedBuffer(length: number): Buffer {
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

const nothing = new Uint8Array(0);
