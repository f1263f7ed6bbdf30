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
  #entries = new Map<string, E>();
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

  /** Keeps a new entry, which `make` makes with the bounds that hold for it. */
  add(name: string, make: (errorBound: number, weightBound: number) => E): E {
    if (this.#entries.size >= this.#capacity * slack) this.#letGo();
    const entry = make(this.#mostCounted, this.#mostWeight);
    this.#entries.set(name, entry);
    return entry;
  }

  /** Exchanges all entries. */
  replace(entries: Map<string, E>): void {
    this.#entries = entries;
    if (entries.size > this.#capacity) this.#letGo();
  }

  #letGo(): void {
    const sorted = [...this.#entries].sort(([, one], [, other]) => this.#weight(other) - this.#weight(one));
    for (const [, entry] of sorted.splice(this.#capacity)) {
      this.#mostCounted = Math.max(this.#mostCounted, entry.columns.count + entry.errorBound);
      this.#mostWeight = Math.max(this.#mostWeight, this.#weight(entry));
    }
    this.#entries = new Map(sorted);
  }

  #weight({ columns, weightBound }: E): number {
    return columns[this.#column] + weightBound;
  }
}
