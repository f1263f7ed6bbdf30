/** How many durations are up to each of a list of bounds. */
export class Histogram {
  /** µs, rising. */
  readonly bounds: readonly number[];
  /** Durations up to each bound and above the one before it; the last are those above all. */
  readonly counts: number[];
  count = 0;
  /** µs. */
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  add(microseconds: number): void {
    let at = 0;
    while (at < this.bounds.length && microseconds > (this.bounds[at] as number)) at++;
    this.counts[at] = (this.counts[at] as number) + 1;
    this.count++;
    this.sum += microseconds;
  }
}
