const slots = 1 << 16;

/** Of a key, in one piece of memory: two words, its hash and a connection, then numbers. */
const width = 4;
const lonePacketAt = 1;
const rushUsAt = 2;
const rushPacketAt = 3;

const words = 2 * width;
const connectionAt = 1;

/**
 * Keys that were missed once, as two detectors remember them, without an object for any: most are not missed again soon.
 * A key has the one slot that its hash names; another key in the same slot takes its place, so that what came before may be
 * forgotten, and two keys with the same hash are taken for one, until their texts are looked at.
 */
export class MissedKeys {
  readonly #numbers = new Float64Array(slots * width);
  readonly #words = new Int32Array(this.#numbers.buffer);

  /** The slot of this key; -1 where it is not remembered. `hash`: 32 bits, signed. */
  find(hash: number): number {
    const slot = hash & (slots - 1);
    return this.#words[slot * words] === hash ? slot : -1;
  }

  /** As `find`; of a key that was not remembered nothing is known from now on. */
  ensure(hash: number): number {
    const slot = hash & (slots - 1);
    if (this.#words[slot * words] === hash) return slot;
    const at = slot * width;
    this.#words[slot * words] = hash;
    this.#numbers[at + lonePacketAt] = 0;
    this.#numbers[at + rushUsAt] = 0;
    return slot;
  }

  /** The packet of the first miss; 0 where there was none, negative from the second one on. */
  lonePacket(slot: number): number {
    return this.#numbers[slot * width + lonePacketAt] as number;
  }

  setLonePacket(slot: number, packet: number): void {
    this.#numbers[slot * width + lonePacketAt] = packet;
  }

  /** The miss that may begin a rush: its time, 0 where there was none, its packet and connection. */
  rushUs(slot: number): number {
    return this.#numbers[slot * width + rushUsAt] as number;
  }

  rushPacket(slot: number): number {
    return this.#numbers[slot * width + rushPacketAt] as number;
  }

  rushConnection(slot: number): number {
    return this.#words[slot * words + connectionAt] as number;
  }

  beginRush(slot: number, timeUs: number, packet: number, connection: number): void {
    this.#numbers[slot * width + rushUsAt] = timeUs;
    this.#numbers[slot * width + rushPacketAt] = packet;
    this.#words[slot * words + connectionAt] = connection;
  }
}
