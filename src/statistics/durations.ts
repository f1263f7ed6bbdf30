import { DDSketch } from '@datadog/sketches-js';

/**
 * Percentiles are within this share of the truth. Rounded to whole µs they are exact below 100, one off at most below
 * 200, and within 1 % everywhere.
 */
const relativeAccuracy = 0.005;

/** So many are kept as they are: most keys of a large cache are never asked for more often. */
const mostKept = 32;

/** Which bin of a sketch a duration belongs to, and what it stands for. */
const { mapping } = new DDSketch({ relativeAccuracy });

/** Bins of short durations, of which a logarithm each time would take most of the time; 0 where it was not asked yet. */
const knownBins = new Int16Array(1 << 16);

/** The bin of a duration in whole µs, as `Durations` takes it: one command is counted in several of these. */
export function binOf(microseconds: number): number {
  if (microseconds <= 0) return 0;
  if (microseconds >= knownBins.length) return mapping.key(microseconds);
  const known = knownBins[microseconds] as number;
  if (known !== 0) return known;
  const bin = mapping.key(microseconds);
  knownBins[microseconds] = bin;
  return bin;
}

/** Bins are added so many at a time. */
const binStep = 16;

/** Durations of which percentiles are asked for, in µs: those that a percentile names, by nearest rank. */
export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** Rounded to a whole number. */
  readonly mean: number;
}

/**
 * Durations in whole µs, ≥ 0. The first ones are kept as they are, more of them in the bins of a DDSketch (Masson et al.,
 * VLDB 2019), whose percentiles are within a share of the truth that holds for every duration. The library's own store
 * takes 8 bytes a bin and 128 bins at a time; a summary keeps thousands of sketches, so the store here is smaller.
 */
export class Durations {
  count = 0;
  sum = 0;
  max = 0;
  /** The first `count` of these are all, where there are two or more and they are kept as they are: a single one is `sum`. */
  #kept: number[] | undefined = undefined;
  #isSketch = false;
  #zeros = 0;
  #bins: Uint32Array = noBins;
  /** The bin that `bins[0]` is. */
  #first = 0;

  /** `bin`: of these microseconds. */
  add(microseconds: number, bin = binOf(microseconds)): void {
    if (this.#isSketch) this.#addToBin(microseconds, bin);
    else if (this.count > 0) this.#keep(microseconds, bin);
    this.count++;
    this.sum += microseconds;
    if (microseconds > this.max) this.max = microseconds;
  }

  /** One behind the first. */
  #keep(microseconds: number, bin: number): void {
    if (this.count === mostKept) {
      this.#sketch();
      this.#addToBin(microseconds, bin);
      return;
    }
    this.#kept ??= [];
    if (this.count === 1) this.#kept[0] = this.sum;
    this.#kept[this.count] = microseconds;
  }

  /** Forgets all, to be used again. */
  reset(): void {
    this.count = 0;
    this.sum = 0;
    this.max = 0;
    if (!this.#isSketch) return;
    this.#isSketch = false;
    this.#zeros = 0;
    this.#bins.fill(0);
  }

  /** Adds all of `other`. */
  merge(other: Durations): void {
    if (!other.#isSketch) {
      for (const microseconds of other.#all()) this.add(microseconds);
      return;
    }
    this.#sketch();
    this.count += other.count;
    this.sum += other.sum;
    if (other.max > this.max) this.max = other.max;
    this.#zeros += other.#zeros;
    this.#makeRoom(other.#first);
    this.#makeRoom(other.#first + other.#bins.length - 1);
    for (const [index, count] of other.#bins.entries()) {
      const at = other.#first + index - this.#first;
      this.#bins[at] = (this.#bins[at] as number) + count;
    }
  }

  /** Undefined where there are none. */
  percentiles(): Percentiles | undefined {
    if (this.count === 0) return undefined;
    const { max } = this;
    const [p50 = 0, p90 = 0, p99 = 0, p999 = 0] = this.#atRanks([0.5, 0.9, 0.99, 0.999]);
    return { p50, p90, p99, p999, max, mean: Math.round(this.sum / this.count) };
  }

  /** The durations at these shares, in ascending order, of all. */
  #atRanks(shares: readonly number[]): number[] {
    const kept = this.#isSketch ? undefined : this.#all().toSorted((a, b) => a - b);
    return shares.map((share) => {
      const rank = Math.max(1, Math.ceil(share * this.count));
      return kept === undefined ? this.#atRank(rank) : (kept[rank - 1] as number);
    });
  }

  /** Those that are kept as they are. */
  #all(): readonly number[] {
    if (this.count > 1) return this.#kept?.slice(0, this.count) ?? [];
    return this.count === 0 ? [] : [this.sum];
  }

  #atRank(rank: number): number {
    let seen = this.#zeros;
    if (seen >= rank) return 0;
    for (const [index, count] of this.#bins.entries()) {
      seen += count;
      if (seen >= rank) return Math.min(Math.round(mapping.value(this.#first + index)), this.max);
    }
    return this.max;
  }

  #sketch(): void {
    if (this.#isSketch) return;
    for (const microseconds of this.#all()) this.#addToBin(microseconds, binOf(microseconds));
    this.#isSketch = true;
  }

  #addToBin(microseconds: number, bin: number): void {
    if (microseconds === 0) {
      this.#zeros++;
      return;
    }
    const at = bin - this.#first;
    if (at < 0 || at >= this.#bins.length) this.#makeRoom(bin);
    this.#bins[bin - this.#first] = (this.#bins[bin - this.#first] as number) + 1;
  }

  #makeRoom(bin: number): void {
    const { length } = this.#bins;
    if (length > 0 && bin >= this.#first && bin < this.#first + length) return;
    const from = Math.floor((length === 0 ? bin : Math.min(bin, this.#first)) / binStep) * binStep;
    const last = length === 0 ? bin : Math.max(bin, this.#first + length - 1);
    const bins = new Uint32Array(Math.ceil((last + 1 - from) / binStep) * binStep);
    bins.set(this.#bins, length === 0 ? 0 : this.#first - from);
    this.#bins = bins;
    this.#first = from;
  }
}

const noBins = new Uint32Array(0);
