import type { Columns } from './columns.ts';
import type { SumColumn } from './list-columns.ts';
import { textHash } from './text-hash.ts';

/** An entry of a list that is kept in bounded memory. */
export interface Counted {
  name: string;
  readonly columns: Columns;
  /** How many commands of it may have been counted before it was kept, at most. */
  errorBound: number;
  /** The same for the column by which entries are kept. */
  weightBound: number;
}

/** Entries are let go of when there are so many times as many as are to be kept. */
const slack = 2;

/** Places of the index that there are at first, and to each entry at least. */
const fewPlaces = 1024;
const placesToEntry = 2;

/**
 * The entries with the largest sums, in bounded memory, by Space-Saving (Metwally et al., ICDT 2005): where there are too
 * many, the smallest are let go of, and a later entry may have been one of them, so its sum is too low by what the
 * largest of these had, at most. That is no more than all together divided by `capacity`. As against the paper, entries
 * are let go of in batches, so that the smallest need not be known at each command.
 *
 * The index is a table of its own with linear probing: half of a `Map` is deleted again and again here, which takes it
 * longer than all look-ups together, and whoever has the hash of a key already need not have it made again.
 */
export class SpaceSaving<E extends Counted> {
  readonly #capacity: number;
  readonly #column: SumColumn;
  readonly #make: () => E;
  /** In the order in which they came. */
  readonly #entries: E[] = [];
  readonly #hashes: number[] = [];
  /**
   * Of each entry, where its hash says or in the first free place behind: that hash, and the entry's place in these, and
   * 1; 0 where there is none.
   */
  #index = new Int32Array(2 * fewPlaces);
  /** Entries that were let go of, to be used again: most new ones are of names that never come again. */
  readonly #spare: E[] = [];
  /** No entry that was let go of had more. */
  #mostCounted = 0;
  #mostWeight = 0;
  /** How often entries were let go of: an entry that was found before is still the one of its name while this is equal. */
  generation = 0;

  /** `column`: by which entries are kept. `make` makes an entry; one that was let go of is reset, and used again. */
  constructor(capacity: number, column: SumColumn, make: () => E) {
    this.#capacity = capacity;
    this.#column = column;
    this.#make = make;
  }

  /** True where all entries that ever were are kept. */
  get isExact(): boolean {
    return this.#mostCounted === 0;
  }

  get size(): number {
    return this.#entries.length;
  }

  entries(): readonly E[] {
    return this.#entries;
  }

  get(name: string, hash = textHash(name)): E | undefined {
    const index = this.#index;
    const mask = index.length - 1;
    for (let at = (hash << 1) & mask; ; at = (at + 2) & mask) {
      const place = (index[at + 1] as number) - 1;
      if (place < 0) return undefined;
      if (index[at] !== hash) continue;
      const entry = this.#entries[place] as E;
      if (entry.name === name) return entry;
    }
  }

  /** Keeps a new entry, which has the bounds that hold for it and nothing in its columns. */
  add(name: string, hash = textHash(name)): E {
    if (this.#entries.length >= this.#capacity * slack) this.#letGo();
    const entry = this.#spare.pop() ?? this.#make();
    entry.name = name;
    entry.errorBound = this.#mostCounted;
    entry.weightBound = this.#mostWeight;
    this.#hashes.push(hash);
    const size = this.#entries.push(entry);
    if (size * placesToEntry * 2 > this.#index.length) {
      this.#index = new Int32Array(2 * this.#index.length);
      this.#indexAll();
    } else this.#put(size - 1);
    return entry;
  }

  /** Notes where an entry stands. */
  #put(place: number): void {
    const index = this.#index;
    const mask = index.length - 1;
    const hash = this.#hashes[place] as number;
    let at = (hash << 1) & mask;
    while (index[at + 1] !== 0) at = (at + 2) & mask;
    index[at] = hash;
    index[at + 1] = place + 1;
  }

  #indexAll(): void {
    for (let place = 0; place < this.#entries.length; place++) this.#put(place);
  }

  #letGo(): void {
    this.generation++;
    const weights = new Float64Array(this.#entries.length);
    for (let place = 0; place < weights.length; place++) weights[place] = this.#weight(this.#entries[place] as E);
    const sorted = weights.toSorted();
    const least = sorted[sorted.length - this.#capacity] as number;
    /** How many of the smallest that are kept may stay: those that came first. */
    let room = this.#capacity - (sorted.length - 1 - sorted.lastIndexOf(least));
    let kept = 0;
    for (let place = 0; place < weights.length; place++) {
      const entry = this.#entries[place] as E;
      const weight = weights[place] as number;
      if (weight > least || (weight === least && room-- > 0)) {
        this.#entries[kept] = entry;
        this.#hashes[kept] = this.#hashes[place] as number;
        kept++;
        continue;
      }
      this.#mostCounted = Math.max(this.#mostCounted, entry.columns.count + entry.errorBound);
      this.#mostWeight = Math.max(this.#mostWeight, weight);
      entry.columns.reset();
      this.#spare.push(entry);
    }
    this.#entries.length = kept;
    this.#hashes.length = kept;
    this.#index.fill(0);
    this.#indexAll();
  }

  #weight({ columns, weightBound }: E): number {
    return columns[this.#column] + weightBound;
  }
}
