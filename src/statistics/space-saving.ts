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

  /** Each loop is a function of its own: this is called seldom, and the engine learns of a loop only by running it. */
  #letGo(): void {
    this.generation++;
    const weights = Float64Array.from(this.labels, (_label, place) => this.#weight(place));
    const least = leastOfLargest(weights, this.#capacity);
    /** How many of the smallest that are kept may stay: those that came first. */
    const kept = this.#keepLargest(weights, least, this.#capacity - countAbove(weights, least));
    this.names.shorten(kept);
    for (const list of [this.labels, this.#errorBounds, this.#weightBounds]) list.length = kept;
    this.columns.clear(kept);
    this.#putAll(kept);
  }

  /** Moves those to the front that are kept: of this least weight so many. Returns how many that are. */
  #keepLargest(weights: Float64Array, least: number, room: number): number {
    let kept = 0;
    for (let place = 0; place < weights.length; place++) {
      const weight = weights[place] as number;
      if (weight > least || (weight === least && room-- > 0)) this.#move(place, kept++);
      else this.#forget(place, weight);
    }
    return kept;
  }

  #move(from: number, to: number): void {
    if (from === to) return;
    this.names.move(from, to);
    this.labels[to] = this.labels[from] as Label;
    this.#hashes[to] = this.#hashes[from] as number;
    this.#errorBounds[to] = this.#errorBounds[from] as number;
    this.#weightBounds[to] = this.#weightBounds[from] as number;
    this.columns.move(from, to);
  }

  #forget(place: number, weight: number): void {
    const counted = this.columns.sum(place, 'count') + this.errorBound(place);
    if (counted > this.#mostCounted) this.#mostCounted = counted;
    if (weight > this.#mostWeight) this.#mostWeight = weight;
  }

  #putAll(count: number): void {
    this.#index.fill(0);
    for (let place = 0; place < count; place++) this.#put(place);
  }

  #weight(place: number): number {
    return this.columns.sum(place, this.#column) + (this.#weightBounds[place] as number);
  }
}

function countAbove(numbers: Float64Array, least: number): number {
  let above = 0;
  for (const number of numbers) if (number > least) above++;
  return above;
}

/** The least of the `most` largest of these whole numbers. */
function leastOfLargest(numbers: Float64Array, most: number): number {
  return (
    leastOfCounted(countsOf(numbers), numbers.length - most) ?? (numbers.toSorted()[numbers.length - most] as number)
  );
}

/** How often each number is there that is small. */
function countsOf(numbers: Float64Array): Uint32Array {
  const counts = new Uint32Array(smallSums);
  for (const number of numbers) if (number < smallSums) counts[number] = (counts[number] as number) + 1;
  return counts;
}

/** The least number with more than so many below it; undefined where it is not small. */
function leastOfCounted(counts: Uint32Array, below: number): number | undefined {
  let smaller = below;
  for (let number = 0; number < smallSums; number++) {
    smaller -= counts[number] as number;
    if (smaller < 0) return number;
  }
  return undefined;
}
