import type { HeldKeys } from '../../protocols/plain-command.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';

/** A key has a place among these, which its hash names; all places together are `sets * ways`. */
const sets = 1024;
const ways = 4;

/** Of the key in each place: the last packet, how often it came, and the bytes of its values. */
const width = 3;
const countAt = 1;
const bytesAt = 2;

/** With less than such a part of all so far, a key that is counted may be let go of. */
const keptShare = 0.0005;

/** One value that makes so much of all bytes so far is counted at once. */
const largeShare = 0.01;

/** Packets that are remembered of a key. */
const mostPackets = 8;

/** What is known of a key that came twice, or whose value was large. */
export interface FrequentKey {
  readonly key: string;
  readonly count: number;
  readonly bytes: number;
  readonly lastUs: number;
  /** Undefined where several servers have it. */
  readonly server: string | undefined;
  /** The first ones. */
  readonly packets: readonly number[];
}

/** The connection that a key came on. */
type OnServer = Pick<ConnectionInfo, 'server'>;

/** What is remembered of one beside its numbers. */
interface Counted {
  readonly key: string;
  lastUs: number;
  server: string | undefined;
  readonly packets: number[];
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
  /** Undefined where a key came once. */
  readonly #counted = new Array<Counted | undefined>(sets * ways).fill(undefined);
  /** Keys that came, each as often as it did. */
  count = 0;
  /** Of their values. */
  bytes = 0;

  /**
   * The key at a place of these has come, with a value of so many bytes. Few keys are so frequent that anybody looks at its
   * text, and at `on`.
   */
  add(hash: number, keys: HeldKeys, place: number, bytes: number, on: OnServer, timeUs: number, packet: number): void {
    this.count++;
    this.bytes += bytes;
    const slot = this.#find(hash);
    if (slot < 0) {
      this.#put(hash, keys, place, bytes, on, timeUs, packet);
      return;
    }
    const at = slot * width;
    const counted = this.#counted[slot];
    if (counted === undefined) {
      const packets = [this.#places[at] as number, packet];
      this.#counted[slot] = { key: keys.keyAt(place), lastUs: timeUs, server: on.server, packets };
    } else {
      // Another key with the same hash.
      if (!keys.hasKey(place, counted.key)) return;
      counted.lastUs = timeUs;
      if (counted.packets.length < mostPackets) counted.packets.push(packet);
      if (counted.server !== on.server) counted.server = undefined;
    }
    this.#places[at] = packet;
    this.#places[at + countAt] = (this.#places[at + countAt] as number) + 1;
    this.#places[at + bytesAt] = (this.#places[at + bytesAt] as number) + bytes;
  }

  /** Further bytes of a key that has come. */
  addBytes(hash: number, key: string, bytes: number): void {
    this.bytes += bytes;
    const place = this.#find(hash);
    if (place < 0 || (this.#counted[place]?.key ?? key) !== key) return;
    const at = place * width + bytesAt;
    this.#places[at] = (this.#places[at] as number) + bytes;
  }

  /** Those that came twice, or whose value was large, in no order. */
  counted(): FrequentKey[] {
    return this.#counted.flatMap((counted, place) => {
      if (counted === undefined) return [];
      const at = place * width;
      return [{ ...counted, count: this.#places[at + countAt] as number, bytes: this.#places[at + bytesAt] as number }];
    });
  }

  /** Place of a key with this hash; -1 where there is none. */
  #find(hash: number): number {
    const first = (hash & (sets - 1)) * ways;
    for (let place = first; place < first + ways; place++) {
      if (this.#hashes[place] === hash && (this.#places[place * width] as number) >= 0) return place;
    }
    return -1;
  }

  #put(hash: number, keys: HeldKeys, place: number, bytes: number, on: OnServer, timeUs: number, packet: number): void {
    const slot = this.#slotFor(hash);
    const at = slot * width;
    this.#hashes[slot] = hash;
    this.#places[at] = packet;
    this.#places[at + countAt] = 1;
    this.#places[at + bytesAt] = bytes;
    const isLarge = bytes > this.bytes * largeShare;
    if (isLarge) this.#counted[slot] = { key: keys.keyAt(place), lastUs: timeUs, server: on.server, packets: [packet] };
    else if (this.#counted[slot] !== undefined) this.#counted[slot] = undefined;
  }

  /** The one of its places that a new key takes. */
  #slotFor(hash: number): number {
    const first = (hash & (sets - 1)) * ways;
    const places = this.#places;
    let oldest = -1;
    let least = first;
    for (let place = first; place < first + ways; place++) {
      const packet = places[place * width] as number;
      if (packet < 0) return place;
      if (this.#makesLittle(place) && (oldest < 0 || packet < (places[oldest * width] as number))) oldest = place;
      if ((places[place * width + countAt] as number) < (places[least * width + countAt] as number)) least = place;
    }
    return oldest < 0 ? least : oldest;
  }

  /** Came once, and was not large; or less than such a part of all. */
  #makesLittle(place: number): boolean {
    if (this.#counted[place] === undefined) return true;
    const at = place * width;
    const isRare = (this.#places[at + countAt] as number) < this.count * keptShare;
    return isRare && (this.#places[at + bytesAt] as number) <= this.bytes * keptShare;
  }
}
