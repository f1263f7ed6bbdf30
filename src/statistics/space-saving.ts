import { ColumnsTable } from './columns-table.ts';
import type { SumColumn } from './list-columns.ts';
import type { NameList } from './name-list.ts';

/** Entries are let go of when there are so many times as many as are to be kept. */
const slack = 2;

/** Entries that there is room for at first, and places of the index to each of these. */
const fewEntries = 512;
const placesToEntry = 2;

/** Sums that are counted, in place of sorted, to find the least that is kept: most are small. */
const smallSums = 1024;

/**
 * The entries with the largest sums, in bounded memory, by Space-Saving (Metwally et al., ICDT 2005): where there are too
 * many, the smallest are let go of, and a later entry may have been one of them, so its sum is too low by what the
 * largest of these had, at most. That is no more than all together divided by `capacity`. As against the paper, entries
 * are let go of in batches, so that the smallest need not be known at each command.
 *
 * An entry is a place in these arrays, from 0 on, without an object of its own. The index is a table with linear probing:
 * half of a `Map` is deleted again and again here, which takes it longer than all look-ups together, and whoever has the
 * hash of a key already need not have it made again.
 */
export class SpaceSaving<Name, Label> {
  readonly #capacity: number;
  readonly #column: SumColumn;
  /** A row for each entry. */
  readonly columns = new ColumnsTable(fewEntries);
  /** In the order in which they came. */
  readonly names: NameList<Name>;
  /** What else is to be known of each. */
  readonly labels: Label[] = [];
  #hashes = new Int32Array(fewEntries);
  /** How many commands of an entry may have been counted before it was kept, at most; the same for `column`. */
  readonly #errorBounds: number[] = [];
  readonly #weightBounds: number[] = [];
  /** The place of each entry, and 1, where its hash says or in the first free place behind; 0 where there is none. */
  #index = new Int32Array(placesToEntry * fewEntries);
  /** No entry that was let go of had more. */
  #mostCounted = 0;
  #mostWeight = 0;
  /** How often entries were let go of: an entry that was found before is still where it was while this is equal. */
  generation = 0;

  /** `column`: by which entries are kept. */
  constructor(capacity: number, column: SumColumn, names: NameList<Name>) {
    this.names = names;
    this.#capacity = capacity;
    this.#column = column;
  }

  /** True where all entries that ever were are kept. */
  get isExact(): boolean {
    return this.#mostCounted === 0;
  }

  get size(): number {
    return this.names.length;
  }

  /** How many commands of an entry may have been counted before it was kept, at most. */
  errorBound(place: number): number {
    return this.#errorBounds[place] as number;
  }

  /** The place of an entry; -1 where there is none. */
  find(name: Name, hash: number): number {
    const index = this.#index;
    const mask = index.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const place = (index[at] as number) - 1;
      if (place < 0 || (this.#hashes[place] === hash && this.names.has(place, name))) return place;
    }
  }

  /** Keeps a new entry, which has the bounds that hold for it and nothing in its columns; returns its place. */
  add(name: Name, hash: number, label: Label): number {
    if (this.names.length >= this.#capacity * slack) this.#letGo();
    this.#errorBounds.push(this.#mostCounted);
    this.#weightBounds.push(this.#mostWeight);
    this.labels.push(label);
    const place = this.names.push(name) - 1;
    this.columns.ensure(place);
    if (place === this.#hashes.length) this.#grow();
    this.#hashes[place] = hash;
    this.#put(place);
    return place;
  }

  #grow(): void {
    const hashes = new Int32Array(2 * this.#hashes.length);
    hashes.set(this.#hashes);
    this.#index = new Int32Array(placesToEntry * hashes.length);
    for (let place = 0; place < this.#hashes.length; place++) this.#put(place);
    this.#hashes = hashes;
  }

  /** Notes where an entry stands. */
  #put(place: number): void {
    const index = this.#index;
    const mask = index.length - 1;
    let at = (this.#hashes[place] as number) & mask;
    while (index[at] !== 0) at = (at + 1) & mask;
    index[at] = place + 1;
  }

  #letGo(): void {
    this.generation++;
    const { columns, names, labels } = this;
    const hashes = this.#hashes;
    const bounds = [this.#errorBounds, this.#weightBounds];
    const weights = new Float64Array(names.length);
    for (let place = 0; place < weights.length; place++) weights[place] = this.#weight(place);
    const least = leastOfLargest(weights, this.#capacity);
    let above = 0;
    for (const weight of weights) if (weight > least) above++;
    /** How many of the smallest that are kept may stay: those that came first. */
    let room = this.#capacity - above;
    let kept = 0;
    for (let place = 0; place < weights.length; place++) {
      const weight = weights[place] as number;
      if (weight > least || (weight === least && room-- > 0)) {
        names.move(place, kept);
        labels[kept] = labels[place] as Label;
        hashes[kept] = hashes[place] as number;
        for (const list of bounds) list[kept] = list[place] as number;
        columns.move(place, kept);
        kept++;
        continue;
      }
      this.#mostCounted = Math.max(this.#mostCounted, columns.sum(place, 'count') + this.errorBound(place));
      this.#mostWeight = Math.max(this.#mostWeight, weight);
    }
    names.shorten(kept);
    for (const list of [labels, ...bounds]) list.length = kept;
    columns.clear(kept);
    this.#index.fill(0);
    for (let place = 0; place < kept; place++) this.#put(place);
  }

  #weight(place: number): number {
    return this.columns.sum(place, this.#column) + (this.#weightBounds[place] as number);
  }
}

/** The least of the `most` largest of these whole numbers. */
function leastOfLargest(numbers: Float64Array, most: number): number {
  const counts = new Uint32Array(smallSums);
  for (const number of numbers) if (number < smallSums) counts[number] = (counts[number] as number) + 1;
  let smaller = numbers.length - most;
  for (let number = 0; number < smallSums; number++) {
    smaller -= counts[number] as number;
    if (smaller < 0) return number;
  }
  return numbers.toSorted()[numbers.length - most] as number;
}
