import { ColumnsTable, type ColumnValues } from './columns-table.ts';
import type { Sample } from './sample.ts';

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
