import { ColumnsTable } from './columns-table.ts';
import type { Percentiles } from './durations.ts';
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
  readonly #table = new ColumnsTable(1);

  add(sample: Sample): void {
    this.#table.add(0, sample);
  }

  get count(): number {
    return this.#table.sum(0, 'count');
  }

  values(): ColumnValues {
    return this.#table.values(0);
  }
}
