/** The memory of a memcached that never forgets: what each command does, without the words of a protocol. */
export class Cache {
  readonly #values = new Map<string, Buffer>();

  entries(): IterableIterator<[string, Buffer]> {
    return this.#values.entries();
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  get(key: string): Buffer | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Buffer): void {
    this.#values.set(key, value);
  }

  /** False where the key was there. */
  add(key: string, value: Buffer): boolean {
    if (this.has(key)) return false;
    this.set(key, value);
    return true;
  }

  /** False where the key was not there. */
  delete(key: string): boolean {
    return this.#values.delete(key);
  }

  /** The new number, in decimal digits; undefined where the key was not there. */
  increment(key: string, by: number): string | undefined {
    const old = this.get(key);
    if (old === undefined) return undefined;
    const digits = `${Number(old.toString('latin1')) + by}`;
    this.set(key, Buffer.from(digits));
    return digits;
  }
}
