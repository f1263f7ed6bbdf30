/** A key has a place among these, which its hash names; all places together are `sets * ways`. */
const sets = 1024;
const ways = 4;

/** Of the key in each place: the last packet, and the bytes of its values while it came once; NaN once it is counted. */
const width = 2;
const bytesAt = 1;

/** With less than such a part of all so far, a key that is counted may be let go of. */
const keptShare = 0.0005;

/** One value that makes so much of all bytes so far is counted at once. */
const largeShare = 0.01;

/** Packets that are remembered of a key. */
const mostPackets = 8;

/** What is known of a key that came twice, or whose value was large. */
export interface FrequentKey {
  key: string;
  count: number;
  bytes: number;
  lastUs: number;
  /** Undefined where several servers have it. */
  server: string | undefined;
  packets: number[];
}

/**
 * The keys that make a large part of all, or of their bytes. A key has one of the few places that its hash names; where
 * all of them are taken, it takes that of the one that came last longest ago, of those that make next to nothing so far.
 * Nothing is made for a key until it has come twice. What was let go of begins anew where it comes again: no key is said
 * to be more frequent than it is.
 */
export class FrequentKeys {
  readonly #hashes = new Int32Array(sets * ways);
  readonly #places = new Float64Array(sets * ways * width).fill(-1);
  readonly #counted = new Array<FrequentKey | undefined>(sets * ways).fill(undefined);
  /** Keys that came, each as often as it did. */
  count = 0;
  /** Of their values. */
  bytes = 0;

  /** A key has come, with a value of so many bytes. */
  add(hash: number, key: string, bytes: number, server: string, timeUs: number, packet: number): void {
    this.count++;
    this.bytes += bytes;
    const place = this.#find(hash);
    if (place < 0) {
      this.#put(hash, key, bytes, server, timeUs, packet);
      return;
    }
    const counted = this.#counted[place];
    const before = this.#places[place * width + bytesAt] as number;
    if (counted === undefined || !Number.isNaN(before)) {
      const packets = [this.#places[place * width] as number, packet];
      this.#countAt(place, { key, count: 2, bytes: before + bytes, lastUs: timeUs, server, packets });
    } else if (counted.key === key) {
      counted.count++;
      counted.bytes += bytes;
      counted.lastUs = timeUs;
      if (counted.packets.length < mostPackets) counted.packets.push(packet);
      if (counted.server !== server) counted.server = undefined;
    } else return;
    this.#places[place * width] = packet;
  }

  /** Further bytes of a key that has come. */
  addBytes(hash: number, key: string, bytes: number): void {
    this.bytes += bytes;
    const place = this.#find(hash);
    if (place < 0) return;
    const before = this.#places[place * width + bytesAt] as number;
    const counted = this.#counted[place];
    if (!Number.isNaN(before)) this.#places[place * width + bytesAt] = before + bytes;
    else if (counted?.key === key) counted.bytes += bytes;
  }

  /** Those that are counted, in no order. */
  *counted(): Iterable<FrequentKey> {
    for (const [place, counted] of this.#counted.entries()) {
      if (counted !== undefined && Number.isNaN(this.#places[place * width + bytesAt])) yield counted;
    }
  }

  /** Place of a key with this hash; -1 where there is none. */
  #find(hash: number): number {
    const first = (hash & (sets - 1)) * ways;
    for (let place = first; place < first + ways; place++) {
      if (this.#hashes[place] === hash && (this.#places[place * width] as number) >= 0) return place;
    }
    return -1;
  }

  #put(hash: number, key: string, bytes: number, server: string, timeUs: number, packet: number): void {
    const place = this.#placeFor(hash);
    this.#hashes[place] = hash;
    this.#places[place * width] = packet;
    this.#places[place * width + bytesAt] = bytes;
    if (bytes > this.bytes * largeShare) {
      this.#countAt(place, { key, count: 1, bytes, lastUs: timeUs, server, packets: [packet] });
    }
  }

  #countAt(place: number, counted: FrequentKey): void {
    this.#counted[place] = counted;
    this.#places[place * width + bytesAt] = Number.NaN;
  }

  /** The one of its places that a new key takes. */
  #placeFor(hash: number): number {
    const first = (hash & (sets - 1)) * ways;
    let oldest = -1;
    let least = first;
    for (let place = first; place < first + ways; place++) {
      const packet = this.#places[place * width] as number;
      if (packet < 0) return place;
      if (this.#makesLittle(place) && (oldest < 0 || packet < (this.#places[oldest * width] as number))) oldest = place;
      if (this.#countOf(place) < this.#countOf(least)) least = place;
    }
    return oldest < 0 ? least : oldest;
  }

  #makesLittle(place: number): boolean {
    if (!Number.isNaN(this.#places[place * width + bytesAt])) return true;
    const { count, bytes } = this.#counted[place] as FrequentKey;
    return count < this.count * keptShare && bytes <= this.bytes * keptShare;
  }

  #countOf(place: number): number {
    return Number.isNaN(this.#places[place * width + bytesAt]) ? (this.#counted[place] as FrequentKey).count : 1;
  }
}
