import { Durations, type Percentiles } from './durations.ts';
import { sums } from './list-columns.ts';
import type { Sample } from './sample.ts';

/** The columns of one entry of a list. Fields that do not apply are absent. */
export interface ColumnValues {
  readonly count: number;
  readonly hits: number;
  readonly misses: number;
  /** hits / (hits + misses), 4 digits. */
  readonly hitRatio?: number;
  readonly stored: number;
  readonly errors: number;
  readonly unanswered: number;
  readonly unknown: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly valueBytes: number;
  /** What the server took, µs. */
  readonly serverUs?: Percentiles;
  /** What clients waited, µs. */
  readonly waitUs?: Pick<Percentiles, 'p50' | 'p99' | 'max'>;
}

/** What is added up of commands that have something in common. */
export class Columns {
  count = 0;
  hits = 0;
  misses = 0;
  stored = 0;
  errors = 0;
  unanswered = 0;
  unknown = 0;
  requestBytes = 0;
  responseBytes = 0;
  valueBytes = 0;
  readonly #server = new Durations();
  /** Undefined while clients have waited for nothing but the server, as they mostly do: then these are the same. */
  #wait: Durations | undefined = undefined;

  add(sample: Sample): void {
    this.count++;
    this.hits += sample.hits;
    this.misses += sample.misses;
    this.stored += sample.stored;
    this.errors += sample.errors;
    this.unanswered += sample.unanswered;
    this.unknown += sample.unknown;
    this.requestBytes += sample.requestBytes;
    this.responseBytes += sample.responseBytes;
    this.valueBytes += sample.valueBytes;
    const { serverUs, waitUs, serverBin } = sample;
    if (serverUs !== waitUs || this.#wait !== undefined) this.#addWait(waitUs, sample.waitBin);
    if (serverUs >= 0) this.#server.add(serverUs, serverBin);
  }

  #addWait(waitUs: number, bin: number): void {
    const wait = this.#waitApart();
    if (waitUs >= 0) wait.add(waitUs, bin);
  }

  #waitApart(): Durations {
    if (this.#wait !== undefined) return this.#wait;
    this.#wait = new Durations();
    this.#wait.merge(this.#server);
    return this.#wait;
  }

  /** Forgets all, to be used again. */
  reset(): void {
    this.count = 0;
    this.hits = 0;
    this.misses = 0;
    this.stored = 0;
    this.errors = 0;
    this.unanswered = 0;
    this.unknown = 0;
    this.requestBytes = 0;
    this.responseBytes = 0;
    this.valueBytes = 0;
    this.#server.reset();
    this.#wait = undefined;
  }

  merge(other: Columns): void {
    for (const column of sums) this[column] += other[column];
    if (this.#wait !== undefined || other.#wait !== undefined) this.#waitApart().merge(other.#wait ?? other.#server);
    this.#server.merge(other.#server);
  }

  values(): ColumnValues {
    const { hits, misses } = this;
    const serverUs = this.#server.percentiles();
    const wait = this.#wait === undefined ? serverUs : this.#wait.percentiles();
    return {
      count: this.count,
      hits,
      misses,
      ...(hits + misses === 0 ? {} : { hitRatio: ratio(hits, hits + misses) }),
      stored: this.stored,
      errors: this.errors,
      unanswered: this.unanswered,
      unknown: this.unknown,
      requestBytes: this.requestBytes,
      responseBytes: this.responseBytes,
      valueBytes: this.valueBytes,
      ...(serverUs === undefined ? {} : { serverUs }),
      ...(wait === undefined ? {} : { waitUs: { p50: wait.p50, p99: wait.p99, max: wait.max } }),
    };
  }
}

/** A share of 1 with four digits. */
export function ratio(part: number, whole: number): number {
  return Math.round((part / whole) * 10_000) / 10_000;
}
