import { Durations, type Percentiles } from './durations.ts';
import type { SumColumn } from './list-columns.ts';
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

/** Where the sums stand in a row. What plain commands add to comes first: half a row is what a look at memory brings. */
const places: Readonly<Record<SumColumn, number>> = {
  count: 0,
  hits: 1,
  misses: 2,
  stored: 3,
  requestBytes: 4,
  responseBytes: 5,
  valueBytes: 6,
  errors: 13,
  unanswered: 14,
  unknown: 15,
};
/**
 * How many durations the row holds, which stand from `durationsAt` on: while these are what the server took and what the
 * client waited, both. From then on they stand apart: `isApart`, or `isWaitApart` where the two are told apart as well.
 */
const keptAt = 7;
const durationsAt = 8;
const mostKept = 5;
const isApart = -1;
const isWaitApart = -2;
const width = 16;

/**
 * The columns of many entries, in one piece of memory: a list holds many thousands, most of which have few commands, and
 * looking at an object for each part of each took longer than all else. What the server took is in the row while it is
 * short; what clients waited is kept only where it is something else.
 */
export class ColumnsTable {
  #numbers: Float64Array;
  readonly #server: (Durations | undefined)[] = [];
  readonly #wait: (Durations | undefined)[] = [];

  /** `rows`: how many there is room for at first. */
  constructor(rows: number) {
    this.#numbers = new Float64Array(rows * width);
  }

  /** Makes room for a row, which is empty unless it was used before. */
  ensure(row: number): void {
    if ((row + 1) * width <= this.#numbers.length) return;
    const numbers = new Float64Array(2 * this.#numbers.length);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
    this.ensure(row);
  }

  add(row: number, sample: Sample): void {
    const numbers = this.#numbers;
    const at = row * width;
    increase(numbers, at + places.count, 1);
    increase(numbers, at + places.hits, sample.hits);
    increase(numbers, at + places.misses, sample.misses);
    increase(numbers, at + places.stored, sample.stored);
    increase(numbers, at + places.requestBytes, sample.requestBytes);
    increase(numbers, at + places.responseBytes, sample.responseBytes);
    increase(numbers, at + places.valueBytes, sample.valueBytes);
    if (sample.failed !== 0) {
      increase(numbers, at + places.errors, sample.errors);
      increase(numbers, at + places.unanswered, sample.unanswered);
      increase(numbers, at + places.unknown, sample.unknown);
    }
    const { serverUs, waitUs } = sample;
    const kept = numbers[at + keptAt] as number;
    if (serverUs !== waitUs || kept === isWaitApart) this.#addBoth(row, sample);
    else if (serverUs < 0) return;
    else if (kept >= 0 && kept < mostKept) {
      numbers[at + durationsAt + kept] = serverUs;
      numbers[at + keptAt] = kept + 1;
    } else this.#serverApart(row).add(serverUs, sample.serverBin);
  }

  sum(row: number, column: SumColumn): number {
    return this.#numbers[row * width + places[column]] as number;
  }

  /** Adds a row of another table, or of this one. */
  merge(row: number, other: ColumnsTable, from: number): void {
    for (const place of Object.values(places)) {
      increase(this.#numbers, row * width + place, other.#numbers[from * width + place] as number);
    }
    const server = other.#serverOf(from);
    const wait = other.#waitOf(from);
    if (wait !== undefined || this.#waitOf(row) !== undefined) this.#waitApart(row).merge(wait ?? server);
    this.#serverApart(row).merge(server);
  }

  /** Puts a row in place of another one. */
  move(from: number, to: number): void {
    if (from === to) return;
    this.#numbers.copyWithin(to * width, from * width, (from + 1) * width);
    const kept = this.#numbers[to * width + keptAt] as number;
    if (kept < 0) setAt(this.#server, to, this.#server[from]);
    if (kept === isWaitApart) setAt(this.#wait, to, this.#wait[from]);
  }

  /** Empties the rows from this one on. */
  clear(first: number): void {
    this.#numbers.fill(0, first * width);
    if (this.#server.length > first) this.#server.length = first;
    if (this.#wait.length > first) this.#wait.length = first;
  }

  /** Empties one row. */
  clearRow(row: number): void {
    this.#numbers.fill(0, row * width, (row + 1) * width);
    if (row < this.#server.length) this.#server[row] = undefined;
    if (row < this.#wait.length) this.#wait[row] = undefined;
  }

  values(row: number): ColumnValues {
    const [hits, misses] = [this.sum(row, 'hits'), this.sum(row, 'misses')];
    const serverUs = this.serverUs(row);
    const apart = this.#waitOf(row);
    const wait = apart === undefined ? serverUs : apart.percentiles();
    return {
      count: this.sum(row, 'count'),
      hits,
      misses,
      ...(hits + misses === 0 ? {} : { hitRatio: ratio(hits, hits + misses) }),
      stored: this.sum(row, 'stored'),
      errors: this.sum(row, 'errors'),
      unanswered: this.sum(row, 'unanswered'),
      unknown: this.sum(row, 'unknown'),
      requestBytes: this.sum(row, 'requestBytes'),
      responseBytes: this.sum(row, 'responseBytes'),
      valueBytes: this.sum(row, 'valueBytes'),
      ...(serverUs === undefined ? {} : { serverUs }),
      ...(wait === undefined ? {} : { waitUs: { p50: wait.p50, p99: wait.p99, max: wait.max } }),
    };
  }

  /** Undefined where no command of it was answered. */
  serverUs(row: number): Percentiles | undefined {
    return this.#serverOf(row).percentiles();
  }

  /** What the server took and what the client waited, which are not the same, or were not before. */
  #addBoth(row: number, { serverUs, serverBin, waitUs, waitBin }: Sample): void {
    const wait = this.#waitApart(row);
    if (waitUs >= 0) wait.add(waitUs, waitBin);
    if (serverUs >= 0) (this.#server[row] as Durations).add(serverUs, serverBin);
  }

  /** What the server took, as it stands in the row or apart. */
  #serverOf(row: number): Durations {
    const at = row * width;
    const kept = this.#numbers[at + keptAt] as number;
    if (kept < 0) return this.#server[row] as Durations;
    const server = new Durations();
    for (let place = 0; place < kept; place++) server.add(this.#numbers[at + durationsAt + place] as number);
    return server;
  }

  /** What clients waited; undefined where that is what the server took. */
  #waitOf(row: number): Durations | undefined {
    return this.#numbers[row * width + keptAt] === isWaitApart ? this.#wait[row] : undefined;
  }

  /** From now on what the server took stands apart from the row. */
  #serverApart(row: number): Durations {
    const at = row * width + keptAt;
    if ((this.#numbers[at] as number) < 0) return this.#server[row] as Durations;
    const server = this.#serverOf(row);
    this.#numbers[at] = isApart;
    setAt(this.#server, row, server);
    return server;
  }

  /** From now on what clients waited is kept apart from what the server took, and both from the row. */
  #waitApart(row: number): Durations {
    const known = this.#waitOf(row);
    if (known !== undefined) return known;
    const wait = new Durations();
    wait.merge(this.#serverApart(row));
    this.#numbers[row * width + keptAt] = isWaitApart;
    setAt(this.#wait, row, wait);
    return wait;
  }
}

function increase(numbers: Float64Array, at: number, by: number): void {
  numbers[at] = (numbers[at] as number) + by;
}

/** Without leaving a hole: an array that has some is slow. */
function setAt<T>(list: (T | undefined)[], at: number, item: T): void {
  while (list.length < at) list.push(undefined);
  list[at] = item;
}

/** A share of 1 with four digits. */
export function ratio(part: number, whole: number): number {
  return Math.round((part / whole) * 10_000) / 10_000;
}
