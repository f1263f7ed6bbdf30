import { s32be } from '../../../protocols/bytes.ts';
import { hashSeed, mix } from '../../../protocols/hash.ts';

/** Words of an entry behind its addresses: ports, and the two start numbers. */
const extraWords = 3;
const initialCapacity = 1024;

/** One hash table of conversations; entries stand in the order of their arrival, an index of slots points at them. */
class ConversationTable {
  readonly #stride: number;
  #entries: Int32Array;
  #slots: Int32Array;
  #mask: number;
  count = 0;

  constructor(addressWords: number) {
    this.#stride = addressWords * 2 + extraWords;
    this.#entries = new Int32Array(initialCapacity * this.#stride);
    this.#slots = new Int32Array(initialCapacity * 2);
    this.#mask = this.#slots.length - 1;
  }

  get entries(): Int32Array {
    return this.#entries;
  }

  /** Offset of the entry with `key`'s addresses and ports in `entries`, or -1. */
  find(key: Int32Array): number {
    const slots = this.#slots;
    const entries = this.#entries;
    const keyWords = this.#stride - 2;
    let slot = hash(key, 0, keyWords) & this.#mask;
    for (;;) {
      const entry = slots[slot] as number;
      if (entry === 0) return -1;
      const at = (entry - 1) * this.#stride;
      let word = 0;
      while (word < keyWords && entries[at + word] === key[word]) word++;
      if (word === keyWords) return at;
      slot = (slot + 1) & this.#mask;
    }
  }

  /** Adds an entry, which must not be there yet, and returns its offset in `entries`. */
  add(key: Int32Array): number {
    const at = this.count * this.#stride;
    if (at === this.#entries.length) this.#grow();
    const keyWords = this.#stride - 2;
    for (let word = 0; word < keyWords; word++) this.#entries[at + word] = key[word] as number;
    this.count++;
    this.#index(this.count);
    return at;
  }

  #index(entry: number): void {
    let slot = hash(this.#entries, (entry - 1) * this.#stride, this.#stride - 2) & this.#mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[slot] = entry;
  }

  #grow(): void {
    const entries = new Int32Array(this.#entries.length * 2);
    entries.set(this.#entries);
    this.#entries = entries;
    this.#slots = new Int32Array(this.#slots.length * 2);
    this.#mask = this.#slots.length - 1;
    for (let entry = 1; entry <= this.count; entry++) this.#index(entry);
  }
}

function hash(words: Int32Array, start: number, count: number): number {
  let value = hashSeed;
  for (let at = start; at < start + count; at++) value = mix(value, words[at] as number);
  return value;
}

/**
 * tcpdump's relative sequence numbers for one IP version. The first segment of a conversation that has an
 * ACK prints as it is and its numbers become the start; the later ones print their distance from it. A
 * segment with SYN and ACK starts the conversation anew.
 *
 * tcpdump never forgets a conversation. Here two generations of up to `limit` conversations are kept: when
 * the younger one is full, the older one is dropped. A conversation that slept through a whole generation
 * prints as if the capture began with its next segment.
 */
export class RelativeSequence {
  readonly #addressWords: number;
  readonly #limit: number;
  readonly #key: Int32Array;
  #young: ConversationTable;
  #old: ConversationTable | null = null;
  /**
   * What to subtract from the sequence and the acknowledgment number of the segment just looked up; 0 where it prints
   * as it is.
   */
  sequenceBase = 0;
  acknowledgmentBase = 0;
  /** What to subtract from the edges of its SACK blocks. */
  sackBase = 0;

  /** How often a generation has ended. */
  generation = 0;

  readonly #forgets: (conversations: number) => void;

  /** `addressWords` is 1 for IPv4 and 4 for IPv6; `forgets` is called with the size of each generation dropped. */
  constructor(addressWords: 1 | 4, limit: number, forgets: (conversations: number) => void = () => {}) {
    this.#forgets = forgets;
    this.#addressWords = addressWords;
    this.#limit = limit;
    this.#key = new Int32Array(addressWords * 2 + 1);
    this.#young = new ConversationTable(addressWords);
  }

  /**
   * Sets the bases for a segment whose ACK bit is set. `source` and `destination` are the offsets of the
   * addresses in `bytes`.
   */
  lookUp(
    bytes: Uint8Array,
    source: number,
    destination: number,
    sourcePort: number,
    destinationPort: number,
    sequence: number,
    acknowledgment: number,
    startsAnew: boolean,
  ): void {
    const words = this.#addressWords;
    const key = this.#key;
    const reverse =
      sourcePort > destinationPort ||
      (sourcePort === destinationPort && compareAddresses(bytes, source, destination, words * 4) > 0);
    const low = reverse ? destination : source;
    const high = reverse ? source : destination;
    for (let word = 0; word < words; word++) {
      key[word] = s32be(bytes, low + word * 4);
      key[words + word] = s32be(bytes, high + word * 4);
    }
    key[words * 2] = reverse ? (destinationPort << 16) | sourcePort : (sourcePort << 16) | destinationPort;
    const known = this.#find(key);
    const at = known < 0 ? this.#add(key) : known;
    const entries = this.#young.entries;
    const lowStart = at + words * 2 + 1;
    const highStart = lowStart + 1;
    if (known < 0 || startsAnew) {
      entries[lowStart] = reverse ? acknowledgment - 1 : sequence;
      entries[highStart] = reverse ? sequence : acknowledgment - 1;
      this.sequenceBase = 0;
      this.acknowledgmentBase = 0;
    } else {
      this.sequenceBase = entries[reverse ? highStart : lowStart] as number;
      this.acknowledgmentBase = entries[reverse ? lowStart : highStart] as number;
    }
    this.sackBase = entries[reverse ? lowStart : highStart] as number;
  }

  /** For a segment that prints as it is. */
  absolute(): void {
    this.sequenceBase = 0;
    this.acknowledgmentBase = 0;
    this.sackBase = 0;
  }

  /** Finds an entry and sees to it that it is in the young generation. */
  #find(key: Int32Array): number {
    const at = this.#young.find(key);
    if (at >= 0 || this.#old === null) return at;
    const old = this.#old;
    const oldAt = old.find(key);
    if (oldAt < 0) return -1;
    const moved = this.#add(key);
    const start = key.length;
    this.#young.entries[moved + start] = old.entries[oldAt + start] as number;
    this.#young.entries[moved + start + 1] = old.entries[oldAt + start + 1] as number;
    return moved;
  }

  #add(key: Int32Array): number {
    if (this.#young.count >= this.#limit) {
      if (this.#old !== null) this.#forgets(this.#old.count);
      this.#old = this.#young;
      this.generation++;
      this.#young = new ConversationTable(this.#addressWords);
    }
    return this.#young.add(key);
  }
}

function compareAddresses(bytes: Uint8Array, left: number, right: number, length: number): number {
  for (let index = 0; index < length; index++) {
    const difference = (bytes[left + index] as number) - (bytes[right + index] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
