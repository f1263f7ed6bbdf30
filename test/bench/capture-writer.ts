import { closeSync, openSync, writeSync } from 'node:fs';

const bufferLength = 1 << 20;
const recordHeaderLength = 16;
/** Between two packets, in microseconds. */
const interval = 7;
/** Seconds since 1970 of the first packet. */
const startSeconds = 1_767_323_045;

/** Writes Ethernet frames into a pcap file through one buffer, and says nothing when it has as many as it wants. */
export class CaptureWriter {
  /** Frames written. */
  packets = 0;
  readonly #file: number;
  readonly #limit: number;
  readonly #buffer = Buffer.alloc(bufferLength);
  #used = 24;
  #microseconds = 0;

  constructor(path: string, limit: number) {
    this.#file = openSync(path, 'w');
    this.#limit = limit;
    this.#buffer.writeUInt32LE(0xa1b2c3d4, 0);
    this.#buffer.writeUInt32LE(0x00040002, 4);
    this.#buffer.writeUInt32LE(262_144, 16);
    this.#buffer.writeUInt32LE(1, 20);
  }

  get isFull(): boolean {
    return this.packets >= this.#limit;
  }

  /** Milliseconds of the capture's own time, for TCP time stamps. */
  get milliseconds(): number {
    return Math.floor(this.#microseconds / 1000);
  }

  /** Writes the first `length` bytes. */
  frame(bytes: Buffer, length: number): void {
    if (this.isFull) return;
    if (this.#used + recordHeaderLength + length > bufferLength) this.#flush();
    this.#microseconds += interval;
    this.#buffer.writeUInt32LE(startSeconds + Math.floor(this.#microseconds / 1e6), this.#used);
    this.#buffer.writeUInt32LE(this.#microseconds % 1e6, this.#used + 4);
    this.#buffer.writeUInt32LE(length, this.#used + 8);
    this.#buffer.writeUInt32LE(length, this.#used + 12);
    bytes.copy(this.#buffer, this.#used + recordHeaderLength, 0, length);
    this.#used += recordHeaderLength + length;
    this.packets++;
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    writeSync(this.#file, this.#buffer, 0, this.#used);
    this.#used = 0;
  }
}
