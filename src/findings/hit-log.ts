/** As many hits of all keys together are remembered, and the last one of as many keys. */
const logged = 1 << 18;
const slots = 1 << 16;

/** Of a key, in one piece of memory: the time of its last hit, and 32-bit words, of which the first two are that time. */
const slotTimes = 3;
const slotWords = 2 * slotTimes;
const hashAt = 2;
/** How many hits its row has, and the places of the last and the first of them in the log. */
const countAt = 3;
const lastAt = 4;
const firstAt = 5;

/**
 * Rows of hits of a key, each within some time of the one before, without an object for any: most keys are hit once. A
 * key has the one slot that its hash names; another key in the same slot takes its place. All hits stand in one log, in
 * their order, and name the next of their row.
 */
export class HitLog {
  readonly #withinUs: number;
  readonly #most: number;
  readonly #times = new Float64Array(slots * slotTimes).fill(Number.NEGATIVE_INFINITY);
  readonly #words = new Int32Array(this.#times.buffer);
  readonly #hitTimes = new Float64Array(logged);
  readonly #hitPackets = new Float64Array(logged);
  readonly #next = new Int32Array(logged);
  /** How many hits were logged, as a word that overflows: differences count. */
  #end = 0;

  /** A row has `most` hits at most: then its first one is let go of for the next. */
  constructor(withinUs: number, most: number) {
    this.#withinUs = withinUs;
    this.#most = most;
  }

  /** Logs a hit of a key, and returns how many its row has. `hash`: 32 bits, signed. */
  add(hash: number, timeUs: number, packet: number): number {
    const slot = hash & (slots - 1);
    const words = this.#words;
    const at = slot * slotWords;
    const place = this.#end;
    this.#end = (place + 1) | 0;
    this.#hitTimes[place & (logged - 1)] = timeUs;
    this.#hitPackets[place & (logged - 1)] = packet;
    const sinceUs = timeUs - (this.#times[slot * slotTimes] as number);
    this.#times[slot * slotTimes] = timeUs;
    const last = words[at + lastAt] as number;
    words[at + lastAt] = place;
    // A row whose first hit has left the log begins anew.
    const isNext =
      words[at + hashAt] === hash && sinceUs <= this.#withinUs && this.#holds(words[at + firstAt] as number);
    if (!isNext) {
      words[at + hashAt] = hash;
      words[at + countAt] = 1;
      words[at + firstAt] = place;
      return 1;
    }
    this.#next[last & (logged - 1)] = place;
    const count = words[at + countAt] as number;
    if (count < this.#most) words[at + countAt] = count + 1;
    else words[at + firstAt] = this.#next[(words[at + firstAt] as number) & (logged - 1)] as number;
    return words[at + countAt] as number;
  }

  /** Time of the first hit of the row of this key, which was hit just now. */
  firstUs(hash: number): number {
    const first = this.#words[(hash & (slots - 1)) * slotWords + firstAt] as number;
    return this.#hitTimes[first & (logged - 1)] as number;
  }

  /** The packets of the first hits of that row, `most` at most. */
  packets(hash: number, most: number): number[] {
    const at = (hash & (slots - 1)) * slotWords;
    const count = Math.min(most, this.#words[at + countAt] as number);
    const packets: number[] = [];
    let place = this.#words[at + firstAt] as number;
    while (packets.length < count) {
      packets.push(this.#hitPackets[place & (logged - 1)] as number);
      place = this.#next[place & (logged - 1)] as number;
    }
    return packets;
  }

  /** The next hit of this key begins a row. */
  forget(hash: number): void {
    const slot = hash & (slots - 1);
    if (this.#words[slot * slotWords + hashAt] === hash) this.#times[slot * slotTimes] = Number.NEGATIVE_INFINITY;
  }

  #holds(place: number): boolean {
    return ((this.#end - place) | 0) <= logged;
  }
}
