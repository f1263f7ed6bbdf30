/** A map that lets go of the entry that was set longest ago where it would hold more than so many. */
export class RecentMap<Value> {
  readonly #most: number;
  readonly #entries = new Map<string, Value>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: Value): void {
    const { size } = this.#entries;
    this.#entries.set(key, value);
    if (size < this.#most || this.#entries.size === size) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }

  /** The value, made where there is none. */
  ensure(key: string, make: () => Value): Value {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.set(key, made);
    return made;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  entries(): MapIterator<[string, Value]> {
    return this.#entries.entries();
  }
}
