/** As many hits of all keys together are remembered, and the last one of as many keys. */
const logged = 1 << 18;
const slots = 1 << 16;

/**
 * Rows of hits of a key, each within some time of the one before, without an object for any: most keys are hit once. A
 * key has the one slot that its hash names, which says where in the log its last hit stands; another key in the same slot
 * takes its place. A hit in the log says of which row it is, and which one comes next.
 */
export class HitLog {
  readonly #withinUs: number;
  readonly #most: number;
  /** Of each slot: the hash, and the place of the last hit. */
  readonly #slots = new Int32Array(2 * slots);
  readonly #times = new Float64Array(logged);
  readonly #packets = new Float64Array(logged);
  /** Of each hit: the place of the first of its row, how many that has with this one, and the place of the next. */
  readonly #rows = new Int32Array(rowWidth * logged);
  /** How many hits were logged, as a word that overflows: differences count. Place 0 is none of a hit. */
  #end = logged + 1;

  /** A row has `most` hits at most: then its first one is let go of for the next. */
  constructor(withinUs: number, most: number) {
    this.#withinUs = withinUs;
    this.#most = most;
  }

  /** Logs a hit of a key, and returns how many its row has. `hash`: 32 bits, signed. */
  add(hash: number, timeUs: number, packet: number): number {
    const slot = 2 * (hash & (slots - 1));
    const place = this.#end;
    this.#end = (place + 1) | 0;
    const at = place & (logged - 1);
    const last = this.#slots[slot + 1] as number;
    const isNext = this.#slots[slot] === hash && this.#isLogged(last) && this.#isSoon(last, timeUs);
    this.#slots[slot] = hash;
    this.#slots[slot + 1] = place;
    this.#times[at] = timeUs;
    this.#packets[at] = packet;
    const rows = this.#rows;
    const row = at * rowWidth;
    rows[row] = place;
    rows[row + countAt] = 1;
    if (!isNext) return 1;
    const before = (last & (logged - 1)) * rowWidth;
    const first = rows[before] as number;
    // A row whose first hit has left the log begins anew.
    if (!this.#isLogged(first)) return 1;
    rows[before + nextAt] = place;
    const count = rows[before + countAt] as number;
    rows[row + countAt] = Math.min(count + 1, this.#most);
    rows[row] = count < this.#most ? first : (rows[(first & (logged - 1)) * rowWidth + nextAt] as number);
    return rows[row + countAt] as number;
  }

  /** Time of the first hit of the row of this key, which was hit just now. */
  firstUs(hash: number): number {
    return this.#times[this.#firstOf(hash) & (logged - 1)] as number;
  }

  /** The packets of the first hits of that row, `most` at most. */
  packets(hash: number, most: number): number[] {
    const packets: number[] = [];
    let place = this.#firstOf(hash);
    while (packets.length < most) {
      packets.push(this.#packets[place & (logged - 1)] as number);
      if (place === this.#lastOf(hash)) break;
      place = this.#rows[(place & (logged - 1)) * rowWidth + nextAt] as number;
    }
    return packets;
  }

  /** The next hit of this key begins a row. */
  forget(hash: number): void {
    const slot = 2 * (hash & (slots - 1));
    // Another hash belongs to another slot.
    if (this.#slots[slot] === hash) this.#slots[slot] = ~hash;
  }

  #lastOf(hash: number): number {
    return this.#slots[2 * (hash & (slots - 1)) + 1] as number;
  }

  #firstOf(hash: number): number {
    return this.#rows[(this.#lastOf(hash) & (logged - 1)) * rowWidth] as number;
  }

  #isLogged(place: number): boolean {
    const age = (this.#end - place) | 0;
    return age > 0 && age <= logged;
  }

  #isSoon(place: number, timeUs: number): boolean {
    return timeUs - (this.#times[place & (logged - 1)] as number) <= this.#withinUs;
  }
}

const rowWidth = 3;
const countAt = 1;
const nextAt = 2;
