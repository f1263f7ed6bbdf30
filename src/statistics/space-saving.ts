import type { Columns } from './columns.ts';
import type { SumColumn } from './list-columns.ts';
import { textHash } from './text-hash.ts';

/** An entry of a list that is kept in bounded memory. */
export interface Counted {
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
  readonly #names: string[] = [];
  readonly #hashes: number[] = [];
  /** Place of an entry in these, and 1; 0 where there is none. */
  #index = new Int32Array(fewPlaces);
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

  *entries(): Iterable<[string, E]> {
    for (const [place, entry] of this.#entries.entries()) yield [this.#names[place] as string, entry];
  }

  get(name: string, hash = textHash(name)): E | undefined {
    const mask = this.#index.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const place = (this.#index[at] as number) - 1;
      if (place < 0) return undefined;
      if (this.#hashes[place] === hash && this.#names[place] === name) return this.#entries[place];
    }
  }

  /** Keeps a new entry, which has the bounds that hold for it and nothing in its columns. */
  add(name: string, hash = textHash(name)): E {
    if (this.#entries.length >= this.#capacity * slack) this.#letGo();
    const entry = this.#spare.pop() ?? this.#make();
    entry.errorBound = this.#mostCounted;
    entry.weightBound = this.#mostWeight;
    this.#hashes.push(hash);
    this.#names.push(name);
    const size = this.#entries.push(entry);
    if (size * placesToEntry > this.#index.length) {
      this.#index = new Int32Array(2 * this.#index.length);
      this.#indexAll();
    } else this.#put(size - 1);
    return entry;
  }

  /** Notes where an entry stands. */
  #put(place: number): void {
    const mask = this.#index.length - 1;
    let at = (this.#hashes[place] as number) & mask;
    while (this.#index[at] !== 0) at = (at + 1) & mask;
    this.#index[at] = place + 1;
  }

  #indexAll(): void {
    for (let place = 0; place < this.#entries.length; place++) this.#put(place);
  }

  #letGo(): void {
    this.generation++;
    const weights = Float64Array.from(this.#entries, (entry) => this.#weight(entry));
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
        this.#names[kept] = this.#names[place] as string;
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
    this.#names.length = kept;
    this.#hashes.length = kept;
    this.#index.fill(0);
    this.#indexAll();
  }

  #weight({ columns, weightBound }: E): number {
    return columns[this.#column] + weightBound;
  }
}
