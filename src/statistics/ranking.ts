/** The largest of many, in descending order; of equal ones those that came first. */
export class Ranking<T> {
  readonly #most: number;
  readonly #items: T[] = [];
  readonly #sizes: number[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether one of this size is among the largest. */
  takes(size: number): boolean {
    const { length } = this.#sizes;
    return length < this.#most || (this.#most > 0 && size > (this.#sizes[length - 1] as number));
  }

  /** Adds one of this size; `make` is called where it is among the largest. */
  add(size: number, make: () => T): void {
    const sizes = this.#sizes;
    if (!this.takes(size)) return;
    let at = sizes.length;
    while (at > 0 && (sizes[at - 1] as number) < size) at--;
    sizes.splice(at, 0, size);
    this.#items.splice(at, 0, make());
    if (sizes.length <= this.#most) return;
    sizes.pop();
    this.#items.pop();
  }

  items(): readonly T[] {
    return [...this.#items];
  }
}
