const slots = 1 << 15;

/**
 * When keys were changed last, by their hashes: several keys share a time, that of the one changed last. So what is said
 * not to have changed since a time certainly has not.
 */
export class ChangeTimes {
  readonly #times = new Float64Array(slots).fill(Number.NEGATIVE_INFINITY);

  set(hash: number, timeUs: number): void {
    this.#times[hash & (slots - 1)] = timeUs;
  }

  get(hash: number): number {
    return this.#times[hash & (slots - 1)] as number;
  }
}
