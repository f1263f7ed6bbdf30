const slots = 1 << 16;

/** What stands in a slot, side by side so that one look at memory finds all of it. */
const width = 3;
const packetAt = 1;
const numberAt = 2;

/**
 * What came once, without an object for each: most keys never come again soon. By a hash of the name, each in the one slot
 * that it has: another name in the same slot takes its place, so that what came before may be forgotten, and two names
 * with the same hash are taken for one, until their whole names are looked at.
 */
export class FirstSeen {
  /** Apart from the rest and so small enough for the processor's cache: most names are found to be new by them alone. */
  readonly #hashes = new Int32Array(slots);
  readonly #cells = new Float64Array(slots * width).fill(Number.NEGATIVE_INFINITY);

  /** The slot of a name that was seen; -1 where it was not, or is forgotten. */
  find(hash: number): number {
    const slot = hash & (slots - 1);
    return this.#hashes[slot] === hash && this.#cells[slot * width] !== Number.NEGATIVE_INFINITY ? slot : -1;
  }

  put(hash: number, timeUs: number, packet: number, number: number): void {
    const slot = hash & (slots - 1);
    const at = slot * width;
    this.#hashes[slot] = hash;
    this.#cells[at] = timeUs;
    this.#cells[at + packetAt] = packet;
    this.#cells[at + numberAt] = number;
  }

  timeUs(slot: number): number {
    return this.#cells[slot * width] as number;
  }

  packet(slot: number): number {
    return this.#cells[slot * width + packetAt] as number;
  }

  /** A number that the caller remembers with it. */
  number(slot: number): number {
    return this.#cells[slot * width + numberAt] as number;
  }
}
