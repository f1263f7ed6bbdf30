/**
 * A map of bounded size that lets go of what was neither set nor asked for lately. In two halves: where the younger one is
 * full it becomes the older one, and what was there is let go of at once. (To delete the oldest entry of a `Map` again and
 * again takes ever longer: the engine looks for the first one from the beginning, past all that were deleted.)
 */
export class RecentMap<Value, Key = string> {
  readonly #half: number;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();

  /** `most`: entries that it holds at most, 2 or more; half as many, those used last, it certainly does. */
  constructor(most: number) {
    this.#half = most >> 1;
  }

  get(key: Key): Value | undefined {
    const value = this.#young.get(key);
    if (value !== undefined || this.#old.size === 0) return value;
    const older = this.#old.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: Key, value: Value): void {
    if (this.#young.size >= this.#half && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  /** The value, made where there is none. */
  ensure(key: Key, make: () => Value): Value {
    const known = this.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.set(key, made);
    return made;
  }

  delete(key: Key): void {
    this.#young.delete(key);
    if (this.#old.size > 0) this.#old.delete(key);
  }

  /** Every value that is held, in no order. */
  values(): Value[] {
    const values = [...this.#young.values()];
    for (const [key, value] of this.#old) if (!this.#young.has(key)) values.push(value);
    return values;
  }
}
