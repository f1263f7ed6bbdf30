import type { Transaction } from '../../protocols/transaction.ts';

/** With so many holes among them, the requests are moved together. */
const mostHoles = 64;

/**
 * The requests of a connection that have no answer yet, the oldest first. Nearly always there is one at most, or the
 * oldest one is answered next: the others stand in a row, as a `Set` would have to make a hash of each.
 */
export class WaitingRequests {
  /** The oldest one. */
  oldest: Transaction | undefined = undefined;
  size = 0;
  /** Those behind it; made when first needed. */
  #row: (Transaction | undefined)[] | undefined = undefined;
  /** Where the first of them stands, and the place behind the last one. */
  #first = 0;
  #end = 0;

  /** They begin behind those that were added before. */
  add(request: Transaction): void {
    if (this.size++ === 0) this.oldest = request;
    else this.#push(request);
  }

  /** Whether it was one of them. */
  delete(request: Transaction): boolean {
    if (this.size === 0) return false;
    if (this.oldest !== request) return this.#deleteFromRow(request);
    this.size--;
    if (this.size === 0) this.oldest = undefined;
    else this.#shift();
    return true;
  }

  all(): Transaction[] {
    return [this.oldest, ...(this.#row?.slice(this.#first, this.#end) ?? [])].filter((one) => one !== undefined);
  }

  #push(request: Transaction): void {
    this.#row ??= [];
    if (this.#end > mostHoles && this.#end > this.size * 2) this.#moveTogether(this.#row);
    this.#row[this.#end++] = request;
  }

  /** The oldest one is gone: the first of the row is the oldest now. */
  #shift(): void {
    const row = this.#row as (Transaction | undefined)[];
    this.oldest = row[this.#first];
    row[this.#first] = undefined;
    this.#skipHoles(row);
  }

  #deleteFromRow(request: Transaction): boolean {
    const row = this.#row;
    if (row === undefined || this.size === 1) return false;
    const place = this.#find(row, request);
    if (place < 0) return false;
    row[place] = undefined;
    this.size--;
    this.#skipHoles(row);
    return true;
  }

  #skipHoles(row: readonly (Transaction | undefined)[]): void {
    if (this.size > 1) {
      while (row[this.#first] === undefined) this.#first++;
      return;
    }
    this.#first = 0;
    this.#end = 0;
    // What a long row took is given back.
    if (row.length > mostHoles) this.#row = undefined;
  }

  /** One that begins before the first of the row, or behind the last one, need not be looked for. */
  #find(row: readonly (Transaction | undefined)[], request: Transaction): number {
    if (row[this.#first] === request) return this.#first;
    const { requestStart } = request;
    const from = row[this.#first]?.requestStart ?? -1;
    const to = row[this.#end - 1]?.requestStart ?? -1;
    if (requestStart >= 0 && from > requestStart) return -1;
    if (requestStart >= 0 && to >= 0 && to < requestStart) return -1;
    const place = row.indexOf(request, this.#first);
    return place < this.#end ? place : -1;
  }

  #moveTogether(row: readonly (Transaction | undefined)[]): void {
    this.#row = row.slice(this.#first, this.#end).filter((one) => one !== undefined);
    this.#first = 0;
    this.#end = this.#row.length;
  }
}
