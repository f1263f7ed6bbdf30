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

const basis = 0x811c9dc5;

/**
 * FNV-1a of a text, mixed; 32 bits, signed. The same in each run, so that a capture always gives the same findings.
 * `state`: that of a text before it, from `stateBehind`.
 */
export function hashOf(text: string, state = basis): number {
  const hash = stateBehind(text, state);
  return hash ^ (hash >>> 15);
}

/** FNV-1a of what many names begin with: they go on from there. */
export function stateBehind(text: string, state = basis): number {
  let hash = state;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

/** Hashes of keys, each with its server's name before it. */
export class ServerKeyHash {
  #server = '';
  #state = stateBehind('');

  of(server: string, key: string): number {
    if (server !== this.#server) {
      this.#server = server;
      this.#state = stateBehind(server);
    }
    return hashOf(key, this.#state);
  }
}
