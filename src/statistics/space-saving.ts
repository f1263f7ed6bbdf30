import type { Columns } from './columns.ts';
import type { SumColumn } from './list-columns.ts';

/** An entry of a list that is kept in bounded memory. */
export interface Counted {
  readonly columns: Columns;
  /** How many commands of it may have been counted before it was kept, at most. */
  readonly errorBound: number;
  /** The same for the column by which entries are kept. */
  readonly weightBound: number;
}

/** Entries are let go of when there are so many times as many as are to be kept. */
const slack = 2;

/**
 * The entries with the largest sums, in bounded memory, by Space-Saving (Metwally et al., ICDT 2005): where there are too
 * many, the smallest are let go of, and a later entry may have been one of them, so its sum is too low by what the
 * largest of these had, at most. That is no more than all together divided by `capacity`. As against the paper, entries
 * are let go of in batches, so that the smallest need not be known at each command.
 */
export class SpaceSaving<E extends Counted> {
  readonly #capacity: number;
  readonly #column: SumColumn;
  readonly #entries = new Map<string, E>();
  /** Entries that were let go of, to be used again: most new ones are of names that never come again. */
  readonly #spare: E[] = [];
  /** No entry that was let go of had more. */
  #mostCounted = 0;
  #mostWeight = 0;

  /** `column`: by which entries are kept. */
  constructor(capacity: number, column: SumColumn) {
    this.#capacity = capacity;
    this.#column = column;
  }

  /** True where all entries that ever were are kept. */
  get isExact(): boolean {
    return this.#mostCounted === 0;
  }

  get size(): number {
    return this.#entries.size;
  }

  entries(): MapIterator<[string, E]> {
    return this.#entries.entries();
  }

  get(name: string): E | undefined {
    return this.#entries.get(name);
  }

  /** Keeps a new entry, which `make` makes with the bounds that hold for it, of one that is used again where there is one. */
  add(name: string, make: (errorBound: number, weightBound: number, spare: E | undefined) => E): E {
    if (this.#entries.size >= this.#capacity * slack) this.#letGo();
    const entry = make(this.#mostCounted, this.#mostWeight, this.#spare.pop());
    this.#entries.set(name, entry);
    return entry;
  }

  #letGo(): void {
    const weights = Float64Array.from(this.#entries.values(), (entry) => this.#weight(entry)).sort();
    const least = weights[weights.length - this.#capacity] as number;
    /** How many of the smallest that are kept may stay: those that came first. */
    let room = this.#capacity - (weights.length - 1 - weights.lastIndexOf(least));
    for (const [name, entry] of this.#entries) {
      const weight = this.#weight(entry);
      if (weight > least || (weight === least && room-- > 0)) continue;
      this.#mostCounted = Math.max(this.#mostCounted, entry.columns.count + entry.errorBound);
      this.#mostWeight = Math.max(this.#mostWeight, weight);
      this.#entries.delete(name);
      this.#spare.push(entry);
    }
  }

  #weight({ columns, weightBound }: E): number {
    return columns[this.#column] + weightBound;
  }
}
