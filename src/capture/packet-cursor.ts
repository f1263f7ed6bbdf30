import { readSync } from 'node:fs';
import type { CapturedPacket } from '../../protocols/packet.ts';
import type { CaptureReader, CaptureReceiver } from './capture-reader.ts';
import { readerFor } from './detect.ts';

/** Small enough that packets are still in the processor's cache when they are looked at. */
const chunkLength = 64 * 1024;

/** The packets of a capture file that is not compressed, one at a time, for who can wait for the disk. */
export class PacketCursor implements CaptureReceiver {
  readonly #descriptor: number;
  readonly #chunk = Buffer.allocUnsafeSlow(chunkLength);
  #position = 0;
  #reader: CaptureReader | undefined;
  #packet: CapturedPacket | undefined;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /**
   * The next packet, borrowed until the next call; undefined where there is none. Throws a `CaptureError` on damage.
   */
  next(): CapturedPacket | undefined {
    this.#packet = undefined;
    while (this.#packet === undefined) if (this.#reader?.next() !== true && !this.#feed()) return undefined;
    return this.#packet;
  }

  begin(): void {}

  packet(packet: CapturedPacket): void {
    this.#packet = packet;
  }

  #feed(): boolean {
    const length = readSync(this.#descriptor, this.#chunk, 0, chunkLength, this.#position);
    if (length === 0) return false;
    this.#position += length;
    const bytes = this.#chunk.subarray(0, length);
    this.#reader ??= readerFor(bytes, this);
    this.#reader.feed(bytes);
    return true;
  }
}
