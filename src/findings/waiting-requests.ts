import type { Transaction } from '../../protocols/transaction.ts';

/** With so many holes among them, the requests are moved together. */
const mostHoles = 64;

/**
 * The requests of a connection that have no answer yet, the oldest first. Nearly always the oldest one is answered next:
 * they stand in a row, as a `Set` would have to make a hash of each.
 */
export class WaitingRequests {
  #row: (Transaction | undefined)[] = [];
  /** Where the oldest one stands, and the place behind the last one. */
  #first = 0;
  #end = 0;
  size = 0;

  get oldest(): Transaction | undefined {
    return this.size === 0 ? undefined : this.#row[this.#first];
  }

  /** They begin behind those that were added before. */
  add(request: Transaction): void {
    if (this.#end > mostHoles && this.#end > this.size * 2) this.#moveTogether();
    this.#row[this.#end++] = request;
    this.size++;
  }

  /** Whether it was one of them. */
  delete(request: Transaction): boolean {
    if (this.size === 0) return false;
    const place = this.#row[this.#first] === request ? this.#first : this.#find(request);
    if (place < 0) return false;
    this.#row[place] = undefined;
    this.size--;
    if (this.size === 0) {
      this.#first = 0;
      this.#end = 0;
      // What a long row took is given back.
      if (this.#row.length > mostHoles) this.#row = [];
    } else while (this.#row[this.#first] === undefined) this.#first++;
    return true;
  }

  all(): Transaction[] {
    return this.#row.slice(this.#first, this.#end).filter((request) => request !== undefined);
  }

  /** One that begins before the oldest, or behind the last one, need not be looked for. */
  #find(request: Transaction): number {
    const { requestStart } = request;
    const from = this.#row[this.#first]?.requestStart ?? -1;
    const to = this.#row[this.#end - 1]?.requestStart ?? -1;
    if (requestStart >= 0 && from > requestStart) return -1;
    if (requestStart >= 0 && to >= 0 && to < requestStart) return -1;
    return this.#row.indexOf(request, this.#first);
  }

  #moveTogether(): void {
    this.#row = this.all();
    this.#first = 0;
    this.#end = this.#row.length;
  }
}
