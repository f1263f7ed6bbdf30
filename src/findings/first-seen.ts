const slots = 1 << 16;

/**
 * What came once, without an object for each: most keys never come again soon. By a hash of the name, each in the one slot
 * that it has: another name in the same slot takes its place, so that what came before may be forgotten, and two names
 * with the same hash are taken for one, until their whole names are looked at.
 */
export class FirstSeen {
  readonly #hashes = new Int32Array(slots);
  readonly timesUs = new Float64Array(slots).fill(Number.NEGATIVE_INFINITY);
  readonly packets = new Int32Array(slots);
  /** A number that the caller remembers with it. */
  readonly numbers = new Float64Array(slots);

  /** The slot of a name that was seen; -1 where it was not, or is forgotten. */
  find(hash: number): number {
    const slot = hash & (slots - 1);
    return this.#hashes[slot] === hash && this.timesUs[slot] !== Number.NEGATIVE_INFINITY ? slot : -1;
  }

  put(hash: number, timeUs: number, packet: number, number: number): void {
    const slot = hash & (slots - 1);
    this.#hashes[slot] = hash;
    this.timesUs[slot] = timeUs;
    this.packets[slot] = packet;
    this.numbers[slot] = number;
  }
}

/** FNV-1a of two texts, mixed; 32 bits, signed. The same in each run, so that a capture always gives the same findings. */
export function hashOf(text: string, more = ''): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  for (let at = 0; at < more.length; at++) hash = Math.imul(hash ^ more.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 15);
}
